// The 30 newest of one user's 5,000 threads, against the rows alone.

import { assert } from '../src/core/assert.ts'
import { openReading } from '../src/store/sqlite/connection.ts'
import { block } from './conversation.ts'
import { readTurns } from './page.ts'
import { ratios } from './rounds.ts'
import type { Row } from './row.ts'
import { micros } from './table.ts'
import { createThreads, expectKept, fileIn, keysIn, newId, openStore, placesOf } from './world.ts'

const newest30 = `
  SELECT id, title, titled_by, default_persona_id, head_id, external_key, context, metadata, message_count, last_seq, fork_count, chain,
    change_seq, created_at, updated_at, archived_at, pinned_at, binned_at, keep_until, key
  FROM threads WHERE user = ? AND binned_at IS NULL AND archived_at IS NULL
  ORDER BY updated_at DESC, key DESC LIMIT 30`

export const list: Row = async ({ folder, rounds, quick }) => {
  const places = placesOf(1, 5_000)
  await using store = await openStore(folder)
  await createThreads(store, places)
  for (const [i, { user, threadId }] of places.entries()) {
    if (i % 10 !== 0) continue
    const title = `Thread ${i}, ${newId()}`
    expectKept(
      await store.commit({
        user,
        at: Date.now(),
        changes: [{ kind: 'thread.renamed', threadId, title, titledBy: 'user' }],
      }),
    )
  }
  using db = openReading(fileIn(folder))
  const rows = db.prepare(newest30)
  const keys = keysIn(fileIn(folder))
  const [oursMs, rawMs] = await readTurns(
    rounds,
    quick,
    block(places.slice(0, 1), async ({ user }) => {
      const page = await store.threads(user, { limit: 30 })
      assert(page.threads.length === 30, 'a full page')
    }),
    block([keys({ user: places[0]?.user ?? '', threadId: places[0]?.threadId ?? '' })], ({ user }) =>
      rows.all(user),
    ),
  )
  return [
    {
      what: '30 newest of 5,000 threads',
      ours: micros(oursMs),
      raw: micros(rawMs),
      judged: ratios(oursMs, rawMs),
      unit: 'x',
      better: 'less',
      bounds: { floor: 1.3, aim: 1.1 },
    },
  ]
}
