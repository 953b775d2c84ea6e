// The bare driver on PostgreSQL: the same rows on the same tables, by the same login under the same row security, without us. It knows
// every head, looks nothing up, hashes nothing, and locks nobody.

import { Client, Pool } from 'pg'
import { changeKinds } from '../src/core/change.ts'
import { must } from '../src/core/assert.ts'
import { sixteenBytes } from './raw-pair.ts'
import { type Pair, speaker } from './world.ts'

const groupMax = 256
const said = changeKinds['message.said']

const messageColumns = `user_id, thread_id, seq, id, parent, role, status, placed, text, persona_id, persona_version, provider, model, usage,
  checksum, change_seq, created_at`

/** One statement for a whole group: its messages, its changes, each thread and each user once. */
const grouped = {
  name: 'group',
  text: `
    WITH said AS (
      INSERT INTO threadkeep.messages (${messageColumns})
      SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::integer[], $6::smallint[], $7::smallint[], $8::smallint[],
        $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::bytea[], $16::bigint[], $17::bigint[])
    ), changed AS (
      INSERT INTO threadkeep.changes (user_id, change_seq, thread_id, kind, message)
      SELECT * FROM unnest($18::text[], $19::bigint[], $20::text[], $21::smallint[], $22::integer[])
    ), headed AS (
      UPDATE threadkeep.threads t SET head_id = h.head_id, last_seq = h.seq, message_count = h.seq, chain = h.chain, change_seq = h.change_seq,
        updated_at = h.at
      FROM unnest($23::text[], $24::text[], $25::text[], $26::integer[], $27::bytea[], $28::bigint[], $29::bigint[])
        AS h(user_id, id, head_id, seq, chain, change_seq, at)
      WHERE t.user_id = h.user_id AND t.id = h.id
    )
    UPDATE threadkeep.users u SET change_seq = c.change_seq FROM unnest($30::text[], $31::bigint[]) AS c(id, change_seq) WHERE u.id = c.id`,
}
/** The users of the next group; it holds until it is said again. */
const context = { name: 'context', text: `SELECT set_config('threadkeep.users', $1, false)` }

/** A connection that sends what it is asked without waiting for the answers before. */
export function pipelining(connectionString: string): Client {
  const config = { connectionString, pipeline: true }
  return new Client(config)
}

type Heads = { seqs: Map<string, number>; changeSeqs: Map<string, number> }
type Numbered = Pair & { seq: number; changeSeq: number }
type Waiting = { pair: Numbered; done: () => void; failed: (fault: unknown) => void }

async function headsIn(superUrl: string): Promise<Heads> {
  const client = new Client(superUrl)
  await client.connect()
  const threads = await client.query<{ id: string; last_seq: number }>(
    'SELECT id, last_seq FROM threadkeep.threads',
  )
  const users = await client.query<{ id: string; change_seq: string }>(
    'SELECT id, change_seq FROM threadkeep.users',
  )
  await client.end()
  return {
    seqs: new Map(threads.rows.map(({ id, last_seq }) => [id, last_seq])),
    changeSeqs: new Map(users.rows.map(({ id, change_seq }) => [id, Number(change_seq)])),
  }
}

/** The seq is that of the reply. */
function numbered(pair: Pair, { seqs, changeSeqs }: Heads): Numbered {
  const { threadId, user } = pair.place
  const seq = must(seqs.get(threadId), 'the thread is there') + 2
  const changeSeq = must(changeSeqs.get(user), 'the user is there') + 1
  seqs.set(threadId, seq)
  changeSeqs.set(user, changeSeq)
  return { ...pair, seq, changeSeq }
}

/** One connection, one group under way, and in the next what came meanwhile. */
export class RawGroups implements AsyncDisposable {
  readonly #client: Client
  readonly #heads: Heads
  #waiting: Waiting[] = []
  #busy = false

  private constructor(client: Client, heads: Heads) {
    this.#client = client
    this.#heads = heads
  }

  static async open(url: string, superUrl: string): Promise<RawGroups> {
    const client = pipelining(url)
    await client.connect()
    return new RawGroups(client, await headsIn(superUrl))
  }

  write(pair: Pair): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ pair: numbered(pair, this.#heads), done, failed })
      if (this.#busy) return
      this.#busy = true
      setImmediate(() => void this.#serve())
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }

  async #serve(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, groupMax)
      try {
        await this.#keep(group.map(({ pair }) => pair))
        for (const { done } of group) done()
      } catch (fault) {
        for (const { failed } of group) failed(fault)
      }
      // What the answers lead to is in the next group.
      await new Promise(setImmediate)
    }
    this.#busy = false
  }

  async #keep(pairs: readonly Numbered[]): Promise<void> {
    const values = columnsOf(pairs)
    await Promise.all([
      this.#client.query({
        ...context,
        values: [
          `{${must(values[29], 'users')
            .map((user) => `"${String(user)}"`)
            .join(',')}}`,
        ],
      }),
      this.#client.query({ ...grouped, values }),
    ])
  }
}

type Cell = string | number | null | Buffer

/** The values of the grouped statement, a list for each column. */
function columnsOf(pairs: readonly Numbered[]): Cell[][] {
  const threads = new Map<string, Numbered>()
  const users = new Map<string, Numbered>()
  for (const pair of pairs) {
    threads.set(pair.place.threadId, pair)
    users.set(pair.place.user, pair)
  }
  return [
    ...turned(17, pairs.flatMap(messageRows)),
    ...turned(5, pairs.map(changeRow)),
    ...turned(7, Array.from(threads.values(), headRow)),
    ...turned(
      2,
      Array.from(users.values(), ({ place, changeSeq }) => [place.user, changeSeq]),
    ),
  ]
}

const turned = (width: number, rows: readonly Cell[][]): Cell[][] =>
  Array.from({ length: width }, (_, column) => rows.map((row) => row[column] ?? null))

const messageRows = ({
  place: { user, threadId },
  seq,
  saidId,
  said,
  replyId,
  reply,
  usage,
  changeSeq,
  at,
}: Numbered): Cell[][] => {
  const { personaId, personaVersion, provider, model } = speaker
  return [
    [user, threadId, seq - 1, saidId, seq - 2, 0, 1, 0, said, null, null, null, null, null, sixteenBytes, changeSeq, at],
    [
      user, threadId, seq, replyId, seq - 1, 1, 1, 0, reply, personaId, personaVersion, provider, model, usage, sixteenBytes, changeSeq, at,
    ],
  ] // prettier-ignore
}

const changeRow = ({ place: { user, threadId }, seq, changeSeq }: Numbered): Cell[] => [
  user,
  changeSeq,
  threadId,
  said,
  seq - 1,
]

const headRow = ({ place: { user, threadId }, seq, replyId, changeSeq, at }: Numbered): Cell[] => [
  user,
  threadId,
  replyId,
  seq,
  sixteenBytes,
  changeSeq,
  at,
]

const single = {
  begin: { name: 'begin', text: 'BEGIN' },
  user: { name: 'user', text: `SELECT set_config('threadkeep.user_id', $1, true)` },
  message: {
    name: 'message',
    text: `INSERT INTO threadkeep.messages (${messageColumns})
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
  },
  change: {
    name: 'change',
    text: 'INSERT INTO threadkeep.changes (user_id, change_seq, thread_id, kind, message) VALUES ($1, $2, $3, $4, $5)',
  },
  head: {
    name: 'head',
    text: `UPDATE threadkeep.threads SET head_id = $3, last_seq = $4, message_count = $4, chain = $5, change_seq = $6, updated_at = $7
      WHERE user_id = $1 AND id = $2`,
  },
  changeSeq: { name: 'change seq', text: 'UPDATE threadkeep.users SET change_seq = $2 WHERE id = $1' },
  commit: { name: 'commit', text: 'COMMIT' },
} as const

/** Each pair in a transaction of its own, its statements sent without waiting for one another. */
export class RawSingles implements AsyncDisposable {
  readonly #pool: Pool
  readonly #heads: Heads

  private constructor(pool: Pool, heads: Heads) {
    this.#pool = pool
    this.#heads = heads
  }

  static async open(url: string, superUrl: string, connections: number): Promise<RawSingles> {
    const config = { connectionString: url, max: connections, pipeline: true }
    return new RawSingles(new Pool(config), await headsIn(superUrl))
  }

  async write(pair: Pair): Promise<void> {
    const one = numbered(pair, this.#heads)
    const client = await this.#pool.connect()
    try {
      const ask = (sql: { name: string; text: string }, values: Cell[] = []) =>
        client.query({ ...sql, values })
      await Promise.all([
        ask(single.begin),
        ask(single.user, [one.place.user]),
        ...messageRows(one).map((row) => ask(single.message, row)),
        ask(single.change, changeRow(one)),
        ask(single.head, headRow(one)),
        ask(single.changeSeq, [one.place.user, one.changeSeq]),
        ask(single.commit),
      ])
    } finally {
      client.release()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end()
  }
}
