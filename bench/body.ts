// The last 20 of 10,000 messages as the text of an HTTP body, against the rows alone.

import { assert } from '../src/core/assert.ts'
import { openReading } from '../src/store/sqlite/connection.ts'
import { block, openConversation } from './conversation.ts'
import { last20, readTurns } from './page.ts'
import { ratios } from './rounds.ts'
import type { Row } from './row.ts'
import { micros } from './table.ts'

const closing = ']'.codePointAt(0)

export const body: Row = async ({ folder, rounds, quick }) => {
  await using conversation = await openConversation(folder, quick ? 2_000 : 10_000)
  const { store, places } = conversation
  using db = openReading(conversation.file)
  const rows = db.prepare(last20)
  const [oursMs, rawMs] = await readTurns(
    rounds,
    quick,
    block(places, async ({ place }) => {
      const page = await store.messagesJson(place.user, place.threadId, { limit: 20 })
      // Reading a character makes the text one piece, as a body has to be and raw's texts are.
      assert(page?.json.codePointAt(page.json.length - 1) === closing, 'a whole array')
    }),
    block(places, ({ keys }) => rows.all(keys.user, keys.thread)),
  )
  return [
    {
      what: 'the same as an HTTP body, against the rows alone',
      ours: micros(oursMs),
      raw: micros(rawMs),
      judged: ratios(oursMs, rawMs),
      unit: 'x',
      better: 'less',
      bounds: { floor: 1.5, aim: 1.15 },
    },
  ]
}
