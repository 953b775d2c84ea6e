// The last 20 of 10,000 messages as objects, against a prepared select of the same columns with its JSON parsed.

import { assert } from '../src/core/assert.ts'
import type { DatabaseSync } from 'node:sqlite'
import { messageStatuses, roles } from '../src/core/message.ts'
import { openReading } from '../src/store/sqlite/connection.ts'
import { block, type Conversation, loadsPerBlock, openConversation } from './conversation.ts'
import { inBlocks, ratios } from './rounds.ts'
import type { Asked, Row } from './row.ts'
import { count, type Line, micros } from './table.ts'
import type { Keys, Place } from './world.ts'

export const last20 = `
  SELECT seq, id, parent, role, status, text, parts, persona, persona_version, model, run, usage, tag, intent, confidence, entities,
    sources, metadata, origin, created_at, finished_at
  FROM messages WHERE user = ? AND thread = ? ORDER BY seq DESC LIMIT 20`

export const page: Row = async (asked) => {
  const long = asked.quick ? 2_000 : 10_000
  await using conversation = await openConversation(asked.folder, long)
  using db = openReading(conversation.file)
  const byKeys = rawPage(db)
  const byIds = rawPageByIds(db)
  const ours = async ({ place }: { place: Place }) => {
    const found = await conversation.store.messages(place.user, place.threadId, { limit: 20 })
    assert(found?.messages.length === 20, 'a full page')
  }
  return [
    await against(
      `last 20 of ${count(long)}, against raw by its keys`,
      conversation,
      asked,
      ours,
      ({ keys }) => byKeys(keys),
    ),
    await against('the same, against raw by the ids', conversation, asked, ours, ({ place }) => byIds(place)),
  ]
}

type Known = { place: Place; keys: Keys }

async function against(
  what: string,
  { places }: Conversation,
  { rounds, quick }: Asked,
  ours: (known: Known) => Promise<void>,
  raw: (known: Known) => unknown,
): Promise<Line> {
  const [oursMs, rawMs] = await readTurns(rounds, quick, block(places, ours), block(places, raw))
  return {
    what,
    ours: micros(oursMs),
    raw: micros(rawMs),
    judged: ratios(oursMs, rawMs),
    unit: 'x',
    better: 'less',
    bounds: { floor: 1.25, aim: 1.05 },
  }
}

/** Ms for one load, round by round; the first round warms up. */
export async function readTurns(
  rounds: number,
  quick: boolean,
  ours: () => unknown,
  raw: () => unknown,
): Promise<[number[], number[]]> {
  const blocks = quick ? 10 : 20
  const figures: [number[], number[]] = [[], []]
  for (let round = -1; round < rounds; round++) {
    const [oursMs, rawMs] = await inBlocks(blocks, ours, raw)
    if (round < 0) continue
    figures[0].push(oursMs / blocks / loadsPerBlock)
    figures[1].push(rawMs / blocks / loadsPerBlock)
  }
  return figures
}

type MessageRow = Record<string, unknown>

const jsonColumns = ['parts', 'usage', 'entities', 'sources', 'metadata']

export function rawPage(db: DatabaseSync): (keys: Keys) => MessageRow[] {
  const select = db.prepare(last20)
  return ({ user, thread }) => {
    const rows = select.all(user, thread) as MessageRow[]
    for (const row of rows) parse(row)
    return rows.toReversed()
  }
}

/** In place, because that is the cheapest. */
function parse(row: MessageRow): void {
  row.role = roles[row.role as number]
  row.status = messageStatuses[row.status as number]
  for (const column of jsonColumns) {
    const text = row[column]
    if (text !== null) row[column] = JSON.parse(text as string)
  }
}

function rawPageByIds(db: DatabaseSync): (place: Place) => MessageRow[] {
  const userKey = db.prepare('SELECT key FROM users WHERE id = ?')
  const threadKey = db.prepare('SELECT key FROM threads WHERE user = ? AND id = ?')
  const load = rawPage(db)
  return ({ user, threadId }) => {
    const { key } = userKey.get(user) as { key: number }
    const thread = threadKey.get(key, threadId) as { key: number }
    return load({ user: key, thread: thread.key })
  }
}
