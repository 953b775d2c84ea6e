// A long thread, written straight into the store of a house, a minute between two messages.
import type { Change } from '../../src/core/change.ts'
import type { Store } from '../../src/core/store.ts'
import { keptOrThrow } from '../../src/core/receipt.ts'

const perCommit = 400
const minuteMs = 60_000

export type Seed = { threadId: string; count: number; textOf?: (index: number) => string; endsAt?: number }

export async function seedThread(store: Store, user: string, seed: Seed): Promise<void> {
  const { threadId, count, textOf = usualText, endsAt = Date.now() - minuteMs } = seed
  await commit(store, user, endsAt - count * minuteMs, [
    { kind: 'thread.created', threadId, title: 'A long one' },
  ])
  for (let from = 0; from < count; from += perCommit) {
    // A commit has one time, so a batch is a few hours of one day.
    const at = endsAt - (count - from) * minuteMs
    const size = Math.min(perCommit, count - from)
    await commit(
      store,
      user,
      at,
      Array.from({ length: size }, (_, index) => said(threadId, from + index, textOf)),
    )
  }
}

const said = (threadId: string, index: number, textOf: (index: number) => string): Change => ({
  kind: 'message.said',
  threadId,
  id: `m${index + 1}`,
  role: index % 2 === 0 ? 'user' : 'assistant',
  text: textOf(index),
  ...(index % 2 === 0 ? {} : { personaId: 'calm_mature' }),
})

const usualText = (index: number): string =>
  index % 2 === 0
    ? `Question ${index + 1}: what grows by the wall?`
    : `Answer ${index + 1}: ${'roses grow by the wall, and in some years the lilies do. '.repeat(1 + (index % 9))}\n\n- first\n- **second**`

async function commit(store: Store, user: string, at: number, changes: Change[]): Promise<void> {
  keptOrThrow(await store.commit({ user, at, changes }))
}
