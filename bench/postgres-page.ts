// The newest 20 of a long conversation on PostgreSQL as JSON and as objects, and where a thread stands, against a prepared select of the same
// rows; and what row security costs it.

import { assert, must } from '../src/core/assert.ts'
import { openPostgres } from '../src/store/postgres/open.ts'
import { block } from './conversation.ts'
import { readTurns } from './page.ts'
import { createThread } from './postgres-append.ts'
import { pipelining } from './postgres-raw.ts'
import { openBenchServer } from './postgres-server.ts'
import { ratios } from './rounds.ts'
import type { Row } from './row.ts'
import { count, type Line, micros } from './table.ts'
import { changesOf, expectKept, inCrowd, pairFor, type Place, placesOf, usage } from './world.ts'

const newest20 = {
  name: 'newest 20',
  text: `
    SELECT seq, id, parent, role, status, text, parts, persona_id, persona_version, provider, model, run_id, usage, tag, intent, confidence,
      entities, sources, metadata, origin, created_at, finished_at
    FROM threadkeep.messages WHERE user_id = $1 AND thread_id = $2 ORDER BY seq DESC LIMIT 20`,
}
const oneThread = {
  name: 'one thread',
  text: `
    SELECT id, title, titled_by, default_persona_id, head_id, external_key, context, metadata, message_count, last_seq, fork_count, chain,
      change_seq, created_at, updated_at, archived_at, pinned_at, binned_at, keep_until, born
    FROM threadkeep.threads WHERE user_id = $1 AND id = $2`,
}
const begin = { name: 'begin', text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' }
const setUser = { name: 'set user', text: `SELECT set_config('threadkeep.user_id', $1, true)` }
const commit = { name: 'commit', text: 'COMMIT' }

export const postgresPage: Row = async ({ rounds, quick }) => {
  await using server = await openBenchServer()
  await server.create('house')
  const long = quick ? 2_000 : 10_000
  const places = placesOf(5, 5)
  await using store = await openPostgres({ url: server.url('house', 'threadkeep_app') })
  await inCrowd(5, places, (place) => converse(store, place, long))
  await server.vacuum('house')
  await using asApp = await connect(server.url('house', 'threadkeep_app'))
  await using asSuper = await connect(server.url('house', 'postgres'))
  const ours = async ({ user, threadId }: Place) => {
    const page = await store.messagesJson(user, threadId, { limit: 20 })
    assert((page?.json.length ?? 0) > 20 * 500, 'a full page')
  }
  const asObjects = async ({ user, threadId }: Place) => {
    const page = await store.messages(user, threadId, { limit: 20 })
    assert(page?.messages.length === 20, 'a full page')
  }
  const standing = async ({ user, threadId }: Place) => {
    assert((await store.thread(user, threadId))?.lastSeq === long, 'the thread')
  }
  const turns = async (one: (place: Place) => Promise<void>, other: (place: Place) => Promise<void>) =>
    readTurns(rounds, quick, block(places, one), block(places, other))
  const [oursMs, rawMs] = await turns(ours, asApp.page)
  const [objectsMs, rowsMs] = await turns(asObjects, asApp.page)
  const [threadMs, rowMs] = await turns(standing, asApp.thread)
  const [onMs, offMs] = await turns(asApp.page, asSuper.page)
  const less = { unit: 'x', better: 'less' } satisfies Partial<Line>
  return [
    {
      what: `PostgreSQL: last 20 of ${count(long)} as JSON, against the rows alone`,
      ours: micros(oursMs),
      raw: micros(rawMs),
      judged: ratios(oursMs, rawMs),
      ...less,
      bounds: { floor: 1.3, aim: 1.1 },
    },
    {
      what: '- the same as objects',
      ours: micros(objectsMs),
      raw: micros(rowsMs),
      judged: ratios(objectsMs, rowsMs),
      ...less,
    },
    {
      what: '- a thread, against its row alone',
      ours: micros(threadMs),
      raw: micros(rowMs),
      judged: ratios(threadMs, rowMs),
      ...less,
    },
    {
      what: '- the rows alone with row security, against the superuser, who has none',
      ours: micros(onMs),
      raw: micros(offMs),
      judged: ratios(onMs, offMs),
      ...less,
      bounds: { floor: 1.1 },
    },
  ]
}

async function converse(store: Awaited<ReturnType<typeof openPostgres>>, place: Place, messages: number) {
  await createThread(store, place)
  for (let said = 0; said < messages; said += 20) {
    const changes = Array.from({ length: 10 }, () => changesOf(pairFor(place, usage))).flat()
    expectKept(await store.commit({ user: place.user, at: Date.now(), changes }))
  }
}

/** The four statements of a read, sent without waiting for one another. */
async function connect(connectionString: string) {
  const client = pipelining(connectionString)
  await client.connect()
  const ask = async (question: { name: string; text: string }, { user, threadId }: Place, rows: number) => {
    const [, , answer] = await Promise.all([
      client.query(begin),
      client.query({ ...setUser, values: [user] }),
      client.query({ ...question, values: [user, threadId], rowMode: 'array' }),
      client.query(commit),
    ])
    assert(must(answer, 'an answer').rows.length === rows, 'all that was asked for')
  }
  return {
    page: (place: Place) => ask(newest20, place, 20),
    thread: (place: Place) => ask(oneThread, place, 1),
    [Symbol.asyncDispose]: () => client.end(),
  }
}
