// Looks over a house on PostgreSQL row by row, past its indexes and past our readers, as the inspection of a file does.
import type { Client } from 'pg'
import { asSuper } from '../postgres/super.ts'
import { type Inspection, inspectionOf, type Row, type ThreadRow } from './inspection.ts'

export const inspectDatabase = (superUrl: string): Promise<Inspection> =>
  asSuper(superUrl, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    for (const way of ['indexscan', 'indexonlyscan', 'bitmapscan'])
      await client.query(`SET LOCAL enable_${way} = off`)
    const messages = await client.query<Row>(messagesSql)
    const threads = await client.query<ThreadRow>(threadsSql)
    const faults = [...(await tell(client, straysSql)), ...(await tell(client, changesSql))]
    return inspectionOf(messages.rows, threads.rows, faults)
  })

const threadKey = (id: string) => `json_build_array(user_id, ${id})::text`
const messagesSql = `SELECT user_id AS "user", ${threadKey('thread_id')} AS thread, seq, id, parent, role, status, text, parts, checksum
  FROM threadkeep.messages`
const threadsSql = `SELECT ${threadKey('id')} AS key, head_id, message_count, last_seq, fork_count, chain FROM threadkeep.threads`

const straysSql = `SELECT 'a message points to nothing' AS what, m.user_id, m.thread_id, m.id
  FROM threadkeep.messages m LEFT JOIN threadkeep.threads t ON t.user_id = m.user_id AND t.id = m.thread_id WHERE t.id IS NULL`

/** Each user's changes are numbered 1, 2, 3 … and the user knows the last of them. */
const changesSql = `SELECT 'the changes of a user do not add up' AS what, u.id, u.change_seq, count(c.change_seq), max(c.change_seq)
  FROM threadkeep.users u LEFT JOIN threadkeep.changes c ON c.user_id = u.id GROUP BY u.id
  HAVING u.change_seq <> count(c.change_seq) OR u.change_seq <> coalesce(max(c.change_seq), 0)`

async function tell(client: Client, sql: string): Promise<string[]> {
  const { rows } = await client.query<{ what: string }>(sql)
  return rows.map(({ what, ...row }) => `${what}: ${JSON.stringify(row)}`)
}
