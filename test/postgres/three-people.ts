// Ann, and two whom she does not know and who left something in every table: what they call things says zebra, what they say says quagga.
import { Client, type QueryArrayResult } from 'pg'
import { must } from '../../src/core/assert.ts'
import type { PostgresStore } from '../../src/store/postgres/open.ts'
import {
  asked,
  binned,
  created,
  deleted,
  ended,
  json,
  progressed,
  renamed,
  said,
  threadChanged,
  userChanged,
} from '../store/commits.ts'
import type { Change } from '../../src/core/change.ts'
import { userTables } from './catalogue.ts'
import type { FreshDatabase } from './database.ts'
import { freshHouse, openAsApp } from './house.ts'
import { asSuper } from './super.ts'

export const strangers = ['zebra-bob', 'zebra-cat']

export type ThreePeople = AsyncDisposable & { database: FreshDatabase; store: PostgresStore }

export async function threePeople(): Promise<ThreePeople> {
  const database = await freshHouse()
  const store = await openAsApp(database)
  await live(store, 'ann', 'own')
  for (const user of strangers) await live(store, user, 'quagga')
  return {
    database,
    store,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      await database.drop()
    },
  }
}

/** Something in every table there is. */
async function live(store: PostgresStore, user: string, word: string): Promise<void> {
  const of = (what: string) => (user === 'ann' ? `${what}-of-ann` : `zebra-${what}`)
  const words = (what: string) => `${word} ${what} ${user}`
  const [question, start] = asked(of('thread'), words('question'), {
    id: of('question'),
    tag: words('tag'),
    intent: words('intent'),
  })
  const run = { runId: of('run'), epoch: 1 }
  const commits: Change[][] = [
    [userChanged({ name: words('name'), personaPrompt: json(words('prompt')) })],
    [
      created(of('thread'), {
        externalKey: of('key'),
        title: words('title'),
        context: json(words('context')),
      }),
    ],
    [threadChanged(of('thread'), { metadata: json({ note: words('metadata') }) })],
    [question, { ...start, runId: of('run'), replyId: of('reply'), contextReceipt: json(words('receipt')) }],
    [progressed(run, 0, words('so far'))],
    [
      {
        kind: 'mark.put',
        threadId: of('thread'),
        messageId: of('question'),
        mark: 'note',
        value: json(words('note')),
      },
    ],
    [{ kind: 'ref.put', threadId: of('thread'), provider: 'openai', externalId: of('ref') }],
    [{ kind: 'place.put', threadId: of('thread'), readSeq: 1, draft: words('draft') }],
    [said(of('thread'), words('deleted'), { id: of('deleted'), sources: json([words('source')]) })],
    [deleted(of('thread'), of('deleted'))],
    [created(of('open'))],
    [...asked(of('open'), words('open question'), { id: of('open-question') })],
    [created(of('binned')), said(of('binned'), words('binned'))],
    [binned(of('binned'))],
    [renamed(of('open'), words('other title'))],
  ]
  for (const changes of commits) await mustKeep(store, user, changes)
  if (user === 'ann') await mustKeep(store, user, [ended(run, words('answer'))])
}

async function mustKeep(store: PostgresStore, user: string, changes: Change[]): Promise<void> {
  const outcome = await store.commit({ user, at: 1_000, changes })
  if (outcome.result !== 'kept')
    throw new Error(`${user} could not do ${JSON.stringify(changes)}: ${JSON.stringify(outcome)}`)
}

/** How many rows the strangers have, and a hash over them all. */
export const whatStrangersHave = ({ database }: ThreePeople): Promise<{ rows: number; hash: string }> =>
  asSuper(database.superUrl, async (client) => {
    const texts = (await userTables(client)).map(
      ({ name, column }) => `SELECT '${name}' || t::text AS row FROM ${name} t WHERE ${column} LIKE 'zebra%'`,
    )
    const { rows } = await client.query<{ rows: number; hash: string }>(
      `SELECT count(*)::int AS rows, md5(coalesce(string_agg(row, '' ORDER BY row), '')) AS hash FROM (${texts.join(' UNION ALL ')}) all_rows`,
    )
    return must(rows[0], 'a count is a row')
  })

/** A login of the app that says whatever it likes, and everything that it hears. */
export class Stranger implements AsyncDisposable {
  readonly #client: Client
  #heard: string[] = []

  constructor(client: Client) {
    this.#client = client
    client.on('notice', (notice) => this.#heard.push(JSON.stringify(notice)))
    client.on('notification', (told) => this.#heard.push(JSON.stringify(told)))
    const { connection } = client as unknown as { connection: NodeJS.EventEmitter }
    connection.on('copyData', ({ chunk }: { chunk: Buffer }) => this.#heard.push(chunk.toString()))
  }

  static async at({ database }: ThreePeople): Promise<Stranger> {
    const client = new Client(database.urlFor('threadkeep_app'))
    await client.connect()
    return new Stranger(client)
  }

  /** In one transaction as this user, kept where it can be; without a user there is no context at all. */
  async says(
    user: string | null,
    ...statements: string[]
  ): Promise<{ rows: unknown[][]; fault: string | null; heard: string }> {
    this.#heard = []
    const rows: unknown[][] = []
    let fault: string | null = null
    await this.#client.query('BEGIN')
    if (user !== null) await this.#client.query(`SELECT set_config('threadkeep.user_id', $1, true)`, [user])
    try {
      for (const text of statements) rows.push(...(await this.#rows(text)))
      await this.#client.query('COMMIT')
    } catch (thrown) {
      fault = (thrown as Error).message
      this.#heard.push(fault, JSON.stringify(thrown))
      await this.#client.query('ROLLBACK')
    }
    return { rows, fault, heard: [JSON.stringify(rows), ...this.#heard].join('\n') }
  }

  async #rows(text: string): Promise<unknown[][]> {
    const answer = (await this.#client.query({ text, rowMode: 'array' })) as
      | QueryArrayResult
      | QueryArrayResult[]
    return (Array.isArray(answer) ? answer : [answer]).flatMap((result) => result.rows as unknown[][])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }
}
