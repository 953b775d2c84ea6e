// A house of 100,000 messages: 50 users with 200 threads each, three of them with a thread of 10,000 messages, and 5,000 people who only came by; analysed, and copied for whoever asks.
import { migratePostgres } from '../../src/store/postgres/migrate.ts'
import { type FreshDatabase, freshDatabase, makeTemplate } from './database.ts'
import { asSuper } from './super.ts'

export async function bigHouse(): Promise<FreshDatabase> {
  await makeTemplate('threadkeep_big', async (superUrl) => {
    const owner = new URL(superUrl)
    owner.username = 'threadkeep_owner'
    await migratePostgres(owner.href)
    await asSuper(superUrl, (client) => client.query(filling))
  })
  return freshDatabase({ template: 'threadkeep_big' })
}

/** Thread 1 of the users 1 to 3 is long; every tenth message is a persona’s, every fiftieth departs, every fifth is answered by a run. */
const filling = `
  INSERT INTO threadkeep.users (id, change_seq, created_at) SELECT 'user-' || u, 20000, 1 FROM generate_series(1, 5050) u;
  INSERT INTO threadkeep.threads (user_id, id, born, head_id, external_key, message_count, last_seq, fork_count, chain, created_as, change_seq,
      created_at, updated_at, archived_at, binned_at)
    SELECT 'user-' || u, 'thread-' || t, t, 'message-' || size, CASE WHEN t % 3 = 0 THEN 'key-' || t END, size, size, size / 50,
      '\\x00000000000000000000000000000000', '\\x00', 1, t, t, CASE WHEN t % 3 = 1 THEN t END, CASE WHEN t % 3 = 2 THEN t END
    FROM generate_series(1, 50) u, generate_series(1, 200) t, LATERAL (SELECT CASE WHEN t = 1 AND u <= 3 THEN 10000 ELSE 7 END AS size) s;
  INSERT INTO threadkeep.messages (user_id, thread_id, seq, id, parent, role, status, placed, text, persona_id, run_id, checksum, change_seq, created_at)
    SELECT t.user_id, t.id, seq, 'message-' || seq, CASE WHEN seq % 50 = 0 THEN seq - 2 ELSE seq - 1 END, seq % 2, 1, 0, 'words ' || seq,
      CASE WHEN seq % 10 = 1 THEN 'persona-' || seq % 3 END, NULL, substring(sha256(convert_to(
        CASE seq % 2 WHEN 0 THEN '4:user' ELSE '9:assistant' END || octet_length('words ' || seq) || ':words ' || seq, 'UTF8')) FOR 16), seq, seq
    FROM threadkeep.threads t, generate_series(1, t.last_seq) seq;
  INSERT INTO threadkeep.runs (user_id, id, thread_id, message, reply, attempt, status, owner, epoch, lease_until, started_at)
    SELECT user_id, 'run-' || thread_id || '-' || seq, thread_id, seq, seq + 1, 1, CASE WHEN seq % 500 = 5 THEN 0 ELSE 1 END, 'node', 1, 1, 1
    FROM threadkeep.messages WHERE seq % 5 = 0 AND seq < 10000;
  INSERT INTO threadkeep.run_events (user_id, run_id, ordinal, position, events)
    SELECT user_id, id, ordinal, 1, '[]' FROM threadkeep.runs, generate_series(0, 1) ordinal;
  INSERT INTO threadkeep.changes (user_id, change_seq, thread_id, kind, message)
    SELECT user_id, row_number() OVER (PARTITION BY user_id), thread_id, 8, seq FROM threadkeep.messages;
  INSERT INTO threadkeep.marks (user_id, thread_id, seq, mark, value, marked_at)
    SELECT user_id, thread_id, seq, 'pin', 'true', 1 FROM threadkeep.messages WHERE seq % 5 = 1;
  INSERT INTO threadkeep.bin (user_id, thread_id, seq, deleted_at, status, text)
    SELECT user_id, thread_id, seq, 1, 1, 'words' FROM threadkeep.messages WHERE seq % 6 = 0;
  INSERT INTO threadkeep.external_refs (user_id, provider, external_id, thread_id)
    SELECT user_id, 'openai', 'outside-' || id, id FROM threadkeep.threads;
  INSERT INTO threadkeep.places (user_id, thread_id, read_seq, draft, draft_at, change_seq)
    SELECT user_id, id, last_seq, 'a draft', 1, 1 FROM threadkeep.threads;
  ANALYZE;`
