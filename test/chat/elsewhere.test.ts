// A run that another node answers is read out of the store to its very end, whatever is read together with what.
import { expect, it } from 'vitest'
import type { Chat } from '../../src/chat/chat.ts'
import { LiveRuns } from '../../src/chat/live.ts'
import { usualPace } from '../../src/chat/pace.ts'
import { must } from '../../src/core/assert.ts'
import type { RunEntry } from '../../src/core/run-log.ts'
import type { Run } from '../../src/core/run.ts'
import { json } from '../store/commits.ts'
import { pause } from './talk.ts'

it('what came with the end is read although the look before it found the run ended and the log not yet', async () => {
  const { chat, run } = storeThatSays([['running', 'a'], ['complete', ''], ['complete', 'b'], ['complete', 'c'], ['complete', '']]) // prettier-ignore
  const { heard } = chat.live.elsewhere.watch(chat, run)
  await heard.over
  expect(heard.log.parts()).toEqual([{ type: 'text', text: 'abc' }])
  expect(chat.live.elsewhere.size).toBe(0)
})

it('a store that fails is told to those who listen, and the next who comes begins anew', async () => {
  const { chat, run } = storeThatSays([['running', 'a']])
  const { heard } = chat.live.elsewhere.watch(chat, run)
  const broke = Promise.withResolvers<unknown>()
  heard.listen({ position: heard.log.position, words: () => {}, notice: () => {}, broke: broke.resolve })
  expect(await broke.promise).toMatchObject({ message: expect.stringContaining('nothing more') as string })
  await pause(1)
  expect(chat.live.elsewhere.size).toBe(0)
})

it('is read no more when the last who listens has left, however often one says that they leave', async () => {
  const { chat, run, looks } = storeThatSays(Array.from({ length: 1_000 }, () => ['running', ''] as const))
  const [one, other] = [chat.live.elsewhere.watch(chat, run), chat.live.elsewhere.watch(chat, run)]
  one.leave()
  one.leave()
  expect(chat.live.elsewhere.size).toBe(1)
  other.leave()
  const before = looks()
  await pause(30)
  expect([chat.live.elsewhere.size, looks() - before]).toEqual([0, 0])
})

/** What each look finds: how the run stands, and what its log has new. */
function storeThatSays(found: (readonly [status: Run['status'], words: string])[]) {
  let look = 0
  const at = () => must(found[look], 'there is nothing more to find')
  const run = { userId: 'ann', id: 'r', epoch: 1, leaseUntil: 1 } as Run
  const store = {
    run: async () => ({ ...run, status: at()[0] }),
    runEvents: async () => {
      const [, text] = at()
      look++
      const entry: RunEntry = { type: 'delta', part: 0, kind: 'text', text }
      return text === '' ? [] : [{ ordinal: look, position: 0, events: json([entry]) }]
    },
  }
  const pace = { ...usualPace, followPollMs: 1 }
  const chat = { store, live: new LiveRuns(), pace } as unknown as Chat
  return { chat, run, looks: () => look }
}
