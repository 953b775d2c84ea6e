// Looks over a closed store's file row by row, past its indexes and past our readers: what is there, and every way in which it is wrong.
import { hash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { openReading } from '../../src/store/sqlite/connection.ts'

const roleNames = ['user', 'assistant', 'system', 'tool']
const pending = 0
const deleted = 5

export type Row = {
  user: number | string
  thread: number | string
  seq: number
  id: string
  parent: number
  role: number
  status: number
  text: string
  parts: string | null
  checksum: Uint8Array | null
}

export type ThreadRow = {
  key: number | string
  head_id: string | null
  message_count: number
  last_seq: number
  fork_count: number
  chain: Uint8Array
}

export type Inspection = {
  /** By id; the same id in two threads does not happen in these tests. */
  messages: Map<string, Row>
  duplicates: number
  /** Each a sentence. */
  faults: string[]
}

export function inspect(file: string): Inspection {
  using db = openReading(file)
  const rows = db
    .prepare(
      'SELECT user, thread, seq, id, parent, role, status, text, parts, checksum FROM messages NOT INDEXED',
    )
    .all() as Row[]
  const threads = db.prepare('SELECT * FROM threads NOT INDEXED').all() as ThreadRow[]
  return inspectionOf(rows, threads, [...fileFaults(db), ...changeFaults(db)])
}

/** The same of any engine, once its rows are read. */
export function inspectionOf(rows: Row[], threads: ThreadRow[], faultsBesides: string[]): Inspection {
  const messages = new Map(rows.map((row) => [row.id, row]))
  const byThread = Map.groupBy(rows, ({ thread }) => thread)
  const faults = threads.flatMap((thread) => threadFaults(thread, byThread.get(thread.key) ?? []))
  return { messages, duplicates: rows.length - messages.size, faults: [...faultsBesides, ...faults] }
}

function fileFaults(db: DatabaseSync): string[] {
  const found = db.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[]
  const strays = db.prepare('PRAGMA foreign_key_check').all()
  return [
    ...found.map((row) => row.integrity_check).filter((word) => word !== 'ok'),
    ...strays.map((row) => `a row points to nothing: ${JSON.stringify(row)}`),
  ]
}

/** Each user's changes are numbered 1, 2, 3 … and the user knows the last of them. */
function changeFaults(db: DatabaseSync): string[] {
  const wrong = db
    .prepare(
      `SELECT u.id, u.change_seq AS said, count(c.change_seq) AS rows, max(c.change_seq) AS last
      FROM users u LEFT JOIN changes c ON c.user = u.key GROUP BY u.key
      HAVING said <> rows OR said <> coalesce(last, 0)`,
    )
    .all()
  return wrong.map((row) => `the changes of a user do not add up: ${JSON.stringify(row)}`)
}

function threadFaults(thread: ThreadRow, rows: Row[]): string[] {
  const seqs = rows.map(({ seq }) => seq).toSorted((a, b) => a - b)
  const places = Map.groupBy(rows, ({ parent }) => parent)
  const forks = rows.length - places.size
  const head = rows.find(({ id }) => id === thread.head_id)
  const must = (holds: boolean, what: string) => (holds ? [] : [`thread ${thread.key}: ${what}`])
  return [
    ...must(
      seqs.every((seq, i) => seq === i + 1),
      'its seqs have a gap or a double',
    ),
    ...must(thread.last_seq === rows.length, `last_seq is ${thread.last_seq}, of ${rows.length} rows`),
    ...must(
      thread.message_count === rows.filter(({ status }) => status !== deleted).length,
      `message_count is ${thread.message_count}, of ${rows.length} rows`,
    ),
    ...must(thread.fork_count === forks, `fork_count is ${thread.fork_count}, and there are ${forks}`),
    ...must(head ? !places.has(head.seq) : rows.length === 0, `its head ${thread.head_id} is no leaf of it`),
    ...must(hex(thread.chain) === chainOf(rows), 'its chain is not that of its messages'),
    ...rows.flatMap((row) => must(row.status === pending || checksumHolds(row), `${row.id} has other words`)),
  ]
}

/** Of what can be read, by the words of docs/data-model.md and not by our own functions, which may be wrong twice in the same way. */
function chainOf(rows: Row[]): string {
  const chain = Buffer.alloc(16)
  for (const { seq, id, status, checksum } of rows) {
    if (status === pending || status === deleted || checksum === null) continue
    const link = Buffer.from(sha16(prefixed(String(seq)) + prefixed(id) + prefixed(hex(checksum))), 'hex')
    for (const [i, byte] of link.entries()) chain[i] = (chain[i] ?? 0) ^ byte
  }
  return chain.toString('hex')
}

function checksumHolds({ role, status, text, parts, checksum }: Row): boolean {
  if (status === deleted) return true // its words are in the bin
  const words = prefixed(roleNames[role] ?? '') + prefixed(parts ?? text)
  return checksum !== null && hex(checksum) === sha16(words)
}

const prefixed = (text: string) => `${Buffer.byteLength(text)}:${text}`
const sha16 = (text: string) => hash('sha256', text, 'hex').slice(0, 32)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
