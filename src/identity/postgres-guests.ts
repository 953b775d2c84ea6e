// Guests in a schema of their own beside the conversations, where any node knows whom another one made.

import { ThreadkeepError } from '../core/errors.ts'
import type { Guest, GuestRow, GuestTable } from './guest-table.ts'
import { guestMigrations } from './migrations.ts'

/** One statement, by a login that may use this schema; connections are somebody else's business. Rows come as arrays. */
export type Ask = (
  statement: { name: string; text: string },
  ...values: readonly unknown[]
) => Promise<readonly (readonly unknown[])[]>

const statements = {
  isThere: {
    name: 'identity is there',
    text: `SELECT to_regclass('threadkeep_identity.migrations') IS NOT NULL`,
  },
  applied: { name: 'identity migrations', text: 'SELECT name FROM threadkeep_identity.migrations' },
  insert: {
    name: 'guest made',
    text: `INSERT INTO threadkeep_identity.guests (token_hash, user_id, created_at, last_seen_at) VALUES ($1, $2, $3, $3)`,
  },
  find: {
    name: 'guest found',
    text: 'SELECT user_id, last_seen_at FROM threadkeep_identity.guests WHERE token_hash = $1',
  },
  see: {
    name: 'guest seen',
    text: 'UPDATE threadkeep_identity.guests SET last_seen_at = greatest(last_seen_at, $2) WHERE token_hash = $1',
  },
  after: {
    name: 'guests beyond',
    text: `SELECT token_hash, user_id, created_at, last_seen_at FROM threadkeep_identity.guests WHERE token_hash > $1
      ORDER BY token_hash LIMIT $2`,
  },
  take: {
    name: 'guest taken over',
    text: `INSERT INTO threadkeep_identity.guests (token_hash, user_id, created_at, last_seen_at) VALUES ($1, $2, $3, $4)
      ON CONFLICT (token_hash) DO NOTHING RETURNING 1`,
  },
}

export async function postgresGuests(ask: Ask): Promise<GuestTable> {
  await refuseUnmigrated(ask)
  return {
    insert: async (hash, userId, at) => void (await ask(statements.insert, hash, userId, at)),
    find: async (hash) => guestOf((await ask(statements.find, hash))[0]),
    see: async (hash, at) => void (await ask(statements.see, hash, at)),
    after: async (hash, limit) => (await ask(statements.after, hash, limit)).map(wholeGuestOf),
    take: async ({ hash, userId, createdAt, lastSeenAt }) =>
      (await ask(statements.take, hash, userId, createdAt, lastSeenAt)).length === 1,
    [Symbol.dispose]: () => {}, // whoever lent the connections takes them back
  }
}

const guestOf = (row: readonly unknown[] | undefined): GuestRow | null =>
  row ? { userId: String(row[0]), lastSeenAt: Number(row[1]) } : null

const wholeGuestOf = ([hash, userId, createdAt, lastSeenAt]: readonly unknown[]): Guest => ({
  hash: hash as Uint8Array,
  userId: String(userId),
  createdAt: Number(createdAt),
  lastSeenAt: Number(lastSeenAt),
})

async function refuseUnmigrated(ask: Ask): Promise<void> {
  const [isThere] = await ask(statements.isThere)
  const applied = new Set(isThere?.[0] === true ? (await ask(statements.applied)).map(([name]) => name) : [])
  const missing = guestMigrations().filter(({ name }) => !applied.has(name))
  if (missing.length === 0) return
  throw new ThreadkeepError(
    'store_refused',
    `The database lacks tables for guests: ${missing.map(({ name }) => name).join(', ')} was not applied.`,
    'Run "threadkeep migrate" with the owner\'s login in THREADKEEP_STORE_OWNER, or start with that setting.',
  )
}
