// C10 without a disk of one's own: a file that may not grow, a disk with little room left, and one that cannot be opened for a while.
import { mkdirSync, renameSync, rmdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { prepareCommit } from '../../src/core/prepared.ts'
import type { Change } from '../../src/core/change.ts'
import { checksumOf } from '../../src/store/hash.ts'
import { openWriting } from '../../src/store/sqlite/connection.ts'
import { Writer } from '../../src/store/sqlite/writer.ts'
import { seeds } from '../random.ts'
import { created, deleted, headMoved, said, threadChanged } from '../store/commits.ts'
import { Home } from './home.ts'
import { pageLimit } from './page-limit.ts'

const seed = must(seeds(1)[0], 'there is a seed')

it(`a file that may not grow refuses in words, shows what it has, and goes on when it may (seed ${seed})`, () => {
  const { acked, refused, keptLater, ...clean } = pageLimit(seed)
  expect(clean).toEqual({ lost: 0, faults: [] })
  expect([acked > refused, refused > 0, keptLater]).toEqual([true, true, refused])
})

it(`the control, which takes what was handed over for kept, is caught losing (seed ${seed})`, () => {
  expect(pageLimit(seed, true).lost).toBeGreaterThan(0)
})

/** A writer whose disk has little room left, in a folder where ann has said one thing. */
async function onLittleRoom() {
  const home = new Home()
  const changes = [created('t'), said('t', 'one', { id: 'm1' })]
  {
    await using store = await home.open()
    await store.commit({ user: 'ann', at: 1, changes })
  }
  const room = { isThere: false }
  const open = () => openWriting(home.file, 'FULL')
  const writer = new Writer({ open, durability: 'disk', hasRoom: () => room.isThere })
  const results = (...lists: Change[][]) => {
    const verdicts = lists.map((changes) => prepareCommit({ user: 'ann', at: 1, changes }, checksumOf))
    const batch = verdicts.map((verdict) =>
      must('prepared' in verdict ? verdict.prepared : null, 'it breaks no rule'),
    )
    return writer.commit(batch).settled.map((one) => ('fault' in one ? one.fault.code : one.result))
  }
  const dispose = () => (writer.close(), home[Symbol.dispose]())
  return { room, results, [Symbol.dispose]: dispose }
}

it('little room refuses what is new, and not a retry of what was kept, a deletion, or a look at a branch', async () => {
  using place = await onLittleRoom()
  const again = said('t', 'one', { id: 'm1' })
  expect(
    place.results(
      [said('t', 'two')],
      [again],
      [headMoved('t', 'm1')],
      [deleted('t', 'm1')],
      [created('new')],
    ),
  ).toEqual(['storage_full', 'replayed', 'kept', 'kept', 'storage_full'])
})

it('little room refuses a commit of several steps whole, and keeps it when there is room', async () => {
  using place = await onLittleRoom()
  const steps = [threadChanged('t', { archived: true }), headMoved('t', 'm1'), headMoved('t', 'm1')]
  const alone = headMoved('t', 'm1')
  expect(place.results(steps, [alone])).toEqual(['storage_full', 'kept'])
  place.room.isThere = true
  expect(place.results(steps, [said('t', 'two')])).toEqual(['kept', 'kept'])
})

it('a store whose writer finds no file to open takes writes again when it is back', async () => {
  using home = new Home()
  await using store = await home.open()
  const send = () => store.commit({ user: 'ann', at: 1, changes: [created('t')] })
  renameSync(home.file, home.aside)
  mkdirSync(home.file)
  const message = expect.not.stringMatching(/database|SQLITE|I\/O|malformed/i) as string
  await expect(send()).rejects.toMatchObject({ code: 'unavailable', message })
  rmdirSync(home.file)
  renameSync(home.aside, home.file)
  expect(await send()).toMatchObject({ result: 'kept' })
})
