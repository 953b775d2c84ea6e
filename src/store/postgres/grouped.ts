// A group of planned commits as the lists that threadkeep.keep takes: rows by table, and each thread and user once.

import { assert, must } from '../../core/assert.ts'
import type { Draft } from '../plan/draft.ts'
import type { Key, RunHead, ThreadHead, UserHead } from '../plan/heads.ts'
import type { Verdict } from '../plan/planner.ts'
import type { Value, Write, WriteName } from '../plan/write.ts'
import type { Sql } from './pool.ts'

type Row = Record<string, Value | undefined>

/** The writes that a group knows; a commit with any other goes alone. */
const columns = {
  say: [
    'user_id', 'thread_id', 'seq', 'id', 'parent', 'role', 'status', 'placed', 'text', 'parts', 'persona_id', 'persona_version', 'provider',
    'model', 'run_id', 'origin', 'usage', 'tag', 'intent', 'confidence', 'entities', 'sources', 'metadata', 'format', 'checksum',
    'change_seq', 'created_at',
  ],
  finishMessage: [
    'status', 'text', 'parts', 'provider', 'model', 'usage', 'sources', 'metadata', 'checksum', 'change_seq', 'finished_at', 'user_id',
    'thread_id', 'seq',
  ],
  insertRun: [
    'user_id', '', 'id', 'thread_id', 'message', 'reply', 'attempt', 'owner', 'lease_ms', 'context_receipt', 'started_at',
  ],
  insertRunEvents: ['user_id', 'run_id', 'ordinal', 'position', 'events'],
  setContextReceipt: ['context_receipt', 'user_id', 'id'],
  renewLease: ['lease_ms', '', 'user_id', 'id'],
  endRun: ['status', 'error', 'ended_at', 'user_id', 'id'],
  insertChange: ['user_id', 'change_seq', 'thread_id', 'kind', 'message'],
} as const satisfies Partial<Record<WriteName, readonly string[]>> // prettier-ignore

type Grouped = keyof typeof columns

const isGrouped = (name: WriteName): name is Grouped => name in columns

export const keepSql: Sql = {
  name: 'keep',
  text: `SELECT refused, CASE WHEN current_setting('synchronous_commit') <> 'off' THEN standbys END
    FROM threadkeep.keep($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
}

/** Whether all that a draft writes can go with a group. */
export const fitsGroup = ({ writes, threadGoes }: Draft): boolean =>
  !threadGoes && writes.every(({ name }) => isGrouped(name))

export class Group {
  readonly #rows: Record<Grouped, Row[]> = {
    say: [], finishMessage: [], insertRun: [], insertRunEvents: [], setContextReceipt: [], renewLease: [], endRun: [], insertChange: [],
  } // prettier-ignore
  readonly #users = new Map<string, { id: string; seen: number | null; change_seq: number | null }>()
  readonly #threads = new Map<string, { user: Key; thread: ThreadHead }>()
  readonly #held = new Map<string, Row>()
  readonly #started = new Set<string>()
  readonly #saying = new Set<string>()
  #chars = 0

  /** Of text, before it is put into JSON. */
  get chars(): number {
    return this.#chars
  }

  /** Whether an id is said here already: which of two is the first, only the store can tell. */
  saysAgain(draft: Draft): boolean {
    return saidIn(draft).some((key) => this.#saying.has(key))
  }

  /** `before` is the user as the node remembered them when this commit was planned. */
  add({ draft, news }: Verdict, before: UserHead): void {
    const user = this.#users.get(before.id) ?? { id: before.id, seen: null, change_seq: null }
    if (news) Object.assign(user, { seen: user.seen ?? before.changeSeq, change_seq: draft.user.changeSeq })
    this.#users.set(before.id, user)
    for (const key of saidIn(draft)) this.#saying.add(key)
    if (draft.first) this.#put('say', draft.first, before.id)
    for (const write of draft.writes) this.#write(write, before.id)
    if (draft.thread)
      this.#threads.set(`${before.id}\0${draft.thread.id}`, { user: before.id, thread: draft.thread })
  }

  /** Whoever writes for a run must hold it still. */
  hold(user: string, run: RunHead, ordinal: number | null): void {
    const key = `${user}\0${run.id}`
    if (this.#started.has(key) || this.#held.has(key)) return
    this.#held.set(key, { user_id: user, id: run.id, epoch: run.epoch, ordinal })
  }

  get values(): (string | null)[] {
    const {
      say,
      finishMessage,
      insertRun,
      insertRunEvents,
      setContextReceipt,
      renewLease,
      endRun,
      insertChange,
    } = this.#rows
    const said = say.map(({ user_id, thread_id, id }) => ({ user_id, thread_id, id }))
    const lists = [
      [...this.#users.values()], said, [...this.#held.values()], this.#heads(), say, finishMessage, insertRun, insertRunEvents,
      setContextReceipt, renewLease, endRun, insertChange,
    ] // prettier-ignore
    return lists.map((list) => (list.length === 0 ? null : JSON.stringify(list)))
  }

  #write(write: Write, user: Key): void {
    const { name } = write
    if (name === 'insertRun') this.#started.add(`${write.values[0]}\0${write.values[2]}`)
    this.#put(must(isGrouped(name) ? name : null, `${name} goes with a group`), write.values, user)
  }

  /** The database knows whose batch it is; whose row of it, it is told here. */
  #put(name: Grouped, values: readonly Value[], user: Key): void {
    const row: Row = {}
    for (const [i, column] of columns[name].entries()) {
      const value = values[i]
      if (typeof value === 'string') this.#chars += value.length
      if (value !== null && column !== '') row[column] = value instanceof Uint8Array ? hex(value) : value
    }
    assert(row['user_id'] === user, `a row of ${name} is of the user of its commit`)
    this.#rows[name].push(row)
  }

  #heads(): Row[] {
    return Array.from(this.#threads.values(), ({ user, thread }) => ({
      user_id: user,
      id: thread.id,
      head_id: thread.headId,
      last_seq: thread.lastSeq,
      message_count: thread.messageCount,
      fork_count: thread.forkCount,
      chain: hex(thread.chain),
      change_seq: thread.changeSeq,
      updated_at: thread.updatedAt,
    }))
  }
}

const saidIn = ({ first, writes }: Draft): string[] => {
  const rows = writes.flatMap(({ name, values }) => (name === 'say' ? [values] : []))
  return [...(first ? [first] : []), ...rows].map(([user, thread, , id]) =>
    JSON.stringify([user, thread, id]),
  )
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
