// Looks at a bounded piece of a database and goes on where it was the next time: of one user after the other the words against their
// checksums, then the threads against their chains.

import { xorInto } from '../../core/checksum.ts'
import {
  alteredWords,
  isAltered,
  nothingYet,
  otherChain,
  readTally,
  type ScrubTally,
  told,
} from '../doctor/scrub-tally.ts'
import { linkOf } from '../hash.ts'
import { forDatabase } from './doctor-words.ts'
import type { Everybody } from './everybody.ts'
import type { Session, Sql } from './pool.ts'

export type DatabaseScrub = ScrubTally & {
  /** Whose rows are looked at; '' before the first. */
  user: string
  phase: 'messages' | 'threads'
  /** The last that was looked at in this phase. */
  thread: string
  seq: number
}

export const atTheBeginning: DatabaseScrub = {
  ...nothingYet,
  user: '',
  phase: 'messages',
  thread: '',
  seq: 0,
}

export const readDatabaseScrub = (folder: string): DatabaseScrub | null =>
  readTally<DatabaseScrub>(folder, ({ user, seq }) => typeof user === 'string' && Number.isSafeInteger(seq))

const sql = (name: string, text: string): Sql => ({ name: `scrub ${name}`, text })
const linksAtOnce = 1_000

const asked = {
  messages: sql(
    'messages',
    `SELECT m.thread_id, m.seq, m.id, m.role, m.text, m.parts, encode(m.checksum, 'hex'), m.status FROM threadkeep.messages m
     WHERE m.user_id = $1 AND (m.thread_id, m.seq) > ($2, $3) ORDER BY m.thread_id, m.seq LIMIT $4`,
  ),
  thread: sql(
    'thread',
    `SELECT t.id, encode(t.chain, 'hex') FROM threadkeep.threads t WHERE t.user_id = $1 AND t.id > $2 ORDER BY t.id LIMIT 1`,
  ),
  links: sql(
    'links',
    `SELECT m.seq, m.id, encode(m.checksum, 'hex') FROM threadkeep.messages m
     WHERE m.user_id = $1 AND m.thread_id = $2 AND m.seq > $3 AND m.status NOT IN (0, 5) AND m.checksum IS NOT NULL
     ORDER BY m.seq LIMIT ${linksAtOnce}`,
  ),
} as const

/** What a question costs beside its rows, so that many users with little are not asked for at once. */
const question = 10

/** At most about so many rows, and to the end of the round at most. */
export async function look(everybody: Everybody, state: DatabaseScrub, rows: number): Promise<DatabaseScrub> {
  let next = state
  for (let looked = 0; looked < rows && next.round === state.round;) {
    const step = await stepOf(everybody, next, rows)
    next = step.next
    looked += step.rows + question
  }
  return next
}

type Step = { next: DatabaseScrub; rows: number }

async function stepOf(everybody: Everybody, state: DatabaseScrub, rows: number): Promise<Step> {
  if (state.user === '') return { next: await nextUser(everybody, state), rows: 0 }
  const { user, phase } = state
  const step = await everybody.read(user, (session) =>
    phase === 'messages' ? words(session, state, rows) : chain(session, state),
  )
  return step ?? { next: await nextUser(everybody, state), rows: 0 }
}

async function words(session: Session, state: DatabaseScrub, limit: number): Promise<Step> {
  const { user } = state
  const rows = (await session.rows(
    asked.messages,
    user,
    state.thread,
    state.seq,
    limit,
  )) as unknown as WordCells[]
  const last = rows.at(-1)
  if (!last) return { next: { ...state, phase: 'threads', thread: '', seq: 0 }, rows: 0 }
  const found = rows
    .filter(isOther)
    .map(([thread, seq, message]) => alteredWords(seq, { user, thread, message }))
  const next = { ...state, thread: last[0], seq: last[1], messages: state.messages + rows.length }
  return { next: told(next, found.map(forDatabase)), rows: rows.length }
}

type WordCells = readonly [
  thread: string, seq: number, id: string, role: number, text: string, parts: string | null, checksum: string | null, status: number,
] // prettier-ignore

const isOther = ([, , , role, text, parts, checksum, status]: WordCells): boolean =>
  isAltered({ role, text, parts, checksum, status })

/** Null behind the last thread of the user. */
async function chain(session: Session, state: DatabaseScrub): Promise<Step | null> {
  const { user } = state
  const [row] = await session.rows(asked.thread, user, state.thread)
  if (!row) return null
  const [thread, says] = row as [string, string]
  const { sum, rows } = await summed(session, user, thread)
  const found = sum === says ? [] : [forDatabase(otherChain(says, sum, { user, thread }))]
  return { next: told({ ...state, thread }, found), rows }
}

async function summed(
  session: Session,
  user: string,
  thread: string,
): Promise<{ sum: string; rows: number }> {
  const sum = new Uint8Array(16)
  let rows = 0
  for (let after = 0; ;) {
    const links = (await session.rows(asked.links, user, thread, after)) as [number, string, string][]
    for (const [seq, id, checksum] of links) xorInto(sum, linkOf(seq, id, checksum))
    rows += links.length
    after = links.at(-1)?.[0] ?? after
    if (links.length < linksAtOnce) return { sum: Buffer.from(sum).toString('hex'), rows }
  }
}

async function nextUser(everybody: Everybody, state: DatabaseScrub): Promise<DatabaseScrub> {
  const [user] = await everybody.usersAfter(state.user, 1)
  const place = { phase: 'messages', thread: '', seq: 0 } as const
  if (user !== undefined) return { ...state, ...place, user }
  return { ...state, ...place, user: '', round: state.round + 1, messages: 0, endedAt: Date.now() }
}
