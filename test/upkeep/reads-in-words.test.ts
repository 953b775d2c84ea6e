// What a reader is told when SQLite cannot read: our words, whether to come back, and never those of a database.
import { expect, it } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { readsInWords } from '../../src/upkeep/reads-in-words.ts'

/** Every read of it fails with this code of SQLite's. */
function failing(errcode: number) {
  const fail = () => Promise.reject(Object.assign(new Error('database is out of sorts'), { errcode }))
  return readsInWords({ thread: fail, runsUnderWay: fail } as unknown as Store)
}

it.each([
  ['held by another program', 5, 'unavailable', /cannot be read just now/],
  ['on a disk that fails', 10, 'unavailable', /cannot be read just now/],
  ['not there', 14, 'unavailable', /cannot be read just now/],
  ['damaged', 11, 'internal', /is damaged/],
] as const)('a file that is %s is told in words by every read', async (_, errcode, code, message) => {
  const { thread, runsUnderWay } = failing(errcode)
  const told = { code, message: expect.stringMatching(message) as string }
  await expect(thread?.('ann', 't')).rejects.toMatchObject(told)
  await expect(runsUnderWay?.('ann', 't')).rejects.toMatchObject(told)
})

it('a mistake of ours stays one', async () => {
  await expect(failing(1).thread?.('ann', 't')).rejects.toThrow('out of sorts')
})
