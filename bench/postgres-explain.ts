// How PostgreSQL goes about the six hottest reads at a million messages: `node bench/postgres-explain.ts [messages]` prints its plans.

import { Client } from 'pg'
import { must } from '../src/core/assert.ts'
import { type ReadName, readSql } from '../src/store/postgres/read-sql.ts'
import { asSuper } from '../test/postgres/super.ts'
import { openBenchServer } from './postgres-server.ts'
import { count } from './table.ts'

const messages = Number(process.argv[2] ?? 1_000_000)
const longThread = 10_000
const manyThreads = 5_000
const threadsEach = 10
const messagesEach = 100
const users = Math.round((messages - longThread - 2 * manyThreads) / threadsEach / messagesEach)

/** One person has a long conversation and many short ones; all others have ten of a hundred messages. No foreign key is looked up while they come in. */
const filling = `
  SET session_replication_role = replica;
  INSERT INTO threadkeep.users (id, change_seq, created_at)
    SELECT CASE u WHEN 0 THEN 'long' ELSE 'user-' || u END, ${longThread / 2 + manyThreads}, 0 FROM generate_series(0, ${users}) AS u;
  CREATE TEMPORARY TABLE laid AS
    SELECT 'user-' || u AS user_id, u || '-' || t AS thread_id, t AS born, ${messagesEach} AS length
    FROM generate_series(1, ${users}) AS u, generate_series(1, ${threadsEach}) AS t
    UNION ALL SELECT 'long', 'long', 1, ${longThread}
    UNION ALL SELECT 'long', 'short-' || t, 1 + t, 2 FROM generate_series(1, ${manyThreads}) AS t;
  INSERT INTO threadkeep.threads (user_id, id, born, head_id, message_count, last_seq, fork_count, chain, created_as, change_seq, created_at,
      updated_at)
    SELECT user_id, thread_id, born, thread_id || '-' || length, length, length, 0, decode(md5(thread_id), 'hex'),
      decode(md5(thread_id), 'hex'), length, 0, born * 1000
    FROM laid;
  INSERT INTO threadkeep.messages (user_id, thread_id, seq, id, parent, role, status, placed, text, persona_id, persona_version, provider,
      model, checksum, change_seq, created_at)
    SELECT user_id, thread_id, seq, thread_id || '-' || seq, seq - 1, (seq + 1) % 2, 1, 0, repeat(md5(thread_id || seq), 15 + 30 * ((seq + 1) % 2)),
      CASE seq % 2 WHEN 0 THEN 'sweet_supportive' END, CASE seq % 2 WHEN 0 THEN '9f2c61d0' END, CASE seq % 2 WHEN 0 THEN 'openai' END,
      CASE seq % 2 WHEN 0 THEN 'gpt-6-mini' END, decode(md5(thread_id), 'hex'), seq, seq
    FROM laid, generate_series(1, length) AS seq ORDER BY seq;
  INSERT INTO threadkeep.changes (user_id, change_seq, thread_id, kind, message)
    SELECT user_id, row_number() OVER (PARTITION BY user_id ORDER BY seq, thread_id), thread_id, 8, seq
    FROM laid, generate_series(1, length, 2) AS seq ORDER BY seq;`

const newest = [longThread - 19, longThread]
const reads: [what: string, name: ReadName, values: unknown[]][] = [
  [`where a thread of ${count(longThread)} stands`, 'place', ['long', 'long']],
  ['its newest 20', 'objects', ['long', 'long', ...newest]],
  ['both in one statement', 'page', ['long', 'long', 1, longThread, 20, false]],
  [`the 30 newest of ${count(1 + manyThreads)} threads`, 'active', ['long', Number.MAX_SAFE_INTEGER, '', 30]],
  ['which message has this id', 'seqOf', ['long', 'long', 'long-5000']],
  ['what changed since', 'changes', ['long', longThread / 2 + manyThreads - 50, 200]],
]

await using server = await openBenchServer()
await server.create('house')
await asSuper(server.url('house', 'postgres'), async (client) => {
  await client.query(filling)
  await client.query('VACUUM (ANALYZE)')
  await client.query('CHECKPOINT')
})
const client = new Client(server.url('house', 'threadkeep_app'))
await client.connect()
console.log(`${count(messages)} messages, as the app's login, under row security; the second run of each.\n`)
for (const [what, name, values] of reads) {
  await explain(name, values)
  console.log(`${what} (${name})\n${shortened(await explain(name, values))}\n`)
}
await client.end()

async function explain(name: ReadName, values: unknown[]): Promise<string[]> {
  await client.query('BEGIN READ ONLY')
  await client.query(`SELECT set_config('threadkeep.user_id', $1, true)`, [values[0]])
  const text = `EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) ${must(readSql[name], name).text}`
  const { rows } = await client.query<[string]>({ text, values, rowMode: 'array' })
  await client.query('COMMIT')
  return rows.map(([line]) => line)
}

/** Without what every plan of a house has: the policy's question who is asking. */
function shortened(lines: readonly string[]): string {
  const worth = /Scan|^\w|Index Cond|Buffers|Time/
  const buffers = lines.filter((line) => line.includes('Buffers: '))
  return lines
    .filter((line) => worth.test(line) && !/^Planning:|^Limit|^Result|Result \(/.test(line))
    .filter((line) => !line.includes('Buffers: ') || line === buffers[0])
    .map((line) => `    ${line.replaceAll(/ COLLATE "C"|::text|::bigint/g, '')}`)
    .join('\n')
}
