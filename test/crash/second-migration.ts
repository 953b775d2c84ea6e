// A migration that does not exist yet, so that today's store can be tried with tomorrow's.
import { hash } from 'node:crypto'
import { type Migration, migrationsOf } from '../../src/store/migrations.ts'

/** Each kind of thing that a migration does: a column, a table, rows moved, an index, a column gone. */
export const secondStatements = [
  'ALTER TABLE users ADD COLUMN nickname TEXT',
  'CREATE TABLE moods (user INTEGER NOT NULL, mood TEXT NOT NULL) STRICT',
  `INSERT INTO moods SELECT key, 'calm' FROM users`,
  `UPDATE users SET nickname = id`,
  'CREATE INDEX moods_user ON moods (user)',
  'ALTER TABLE users DROP COLUMN tenant_id',
]

export function secondMigration(statements: readonly string[] = secondStatements): Migration {
  const sql = `${statements.join(';\n')};\n`
  const number = (migrationsOf('sqlite').at(-1)?.number ?? 0) + 1
  const name = `${String(number).padStart(4, '0')}-moods`
  return { number, name, sql, sha256: hash('sha256', sql), oldestCode: number }
}
