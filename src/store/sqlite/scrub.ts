// Looks at a bounded piece of the store and goes on where it was the next time: words against their checksums, threads against their
// chains, so that a byte that rots is found before somebody asks for it.

import type { DatabaseSync } from 'node:sqlite'
import { xorInto } from '../../core/checksum.ts'
import { type Finding, finding } from '../doctor/finding.ts'
import { alteredWords, isAltered, otherChain, told } from '../doctor/scrub-tally.ts'
import { linkOf } from '../hash.ts'
import { asArrays, openReading } from './connection.ts'
import { attempt } from './salvage-rows.ts'
import type { ScrubState } from './scrub-state.ts'

export class Scrub implements Disposable {
  readonly #db: DatabaseSync
  readonly #messages
  readonly #threads
  readonly #links

  constructor(file: string) {
    this.#db = openReading(file)
    this.#messages = asArrays(
      this.#db.prepare(`
        SELECT m.key, m.user, m.thread, m.seq, m.id, m.role, m.text, m.parts, nullif(lower(hex(m.checksum)), ''), m.status
        FROM messages m WHERE m.key > ? ORDER BY m.key LIMIT ?`),
    )
    this.#threads = asArrays(
      this.#db.prepare(`
        SELECT t.key, t.user, u.id, t.id, lower(hex(t.chain)), t.message_count FROM threads t JOIN users u ON u.key = t.user
        WHERE t.key > ? ORDER BY t.key LIMIT 1`),
    )
    this.#links = asArrays(
      this.#db.prepare(`
        SELECT seq, id, lower(hex(checksum)) FROM messages
        WHERE user = ? AND thread = ? AND status NOT IN (0, 5) AND checksum IS NOT NULL ORDER BY seq`),
    )
  }

  /** Of one moment. A piece that SQLite cannot read is told as that, and passed by. */
  look(state: ScrubState, rows: number): ScrubState {
    this.#db.exec('BEGIN')
    try {
      const next = attempt(() =>
        state.phase === 'messages' ? this.#words(state, rows) : this.#chains(state, rows),
      )
      return next ?? told({ ...state, after: state.after + 1 }, [unreadable(state)])
    } finally {
      this.#db.exec('COMMIT')
    }
  }

  #words(state: ScrubState, limit: number): ScrubState {
    const rows = this.#messages.all(state.after, limit) as unknown as WordCells[]
    const found = rows.filter((row) => isAltered(wordsOf(row))).map((row) => this.#altered(row))
    const last = rows.at(-1)
    if (!last) return { ...state, phase: 'threads', after: 0 }
    return told({ ...state, after: last[0], messages: state.messages + rows.length }, found)
  }

  #chains(state: ScrubState, limit: number): ScrubState {
    let next = state
    for (let looked = 0; looked < limit;) {
      const [row] = this.#threads.all(next.after) as unknown as ThreadCells[]
      if (!row)
        return {
          ...next,
          round: next.round + 1,
          phase: 'messages',
          after: 0,
          messages: 0,
          endedAt: Date.now(),
        }
      const [key, userKey, user, thread, chain, count] = row
      const sum = this.#chainOf(userKey, key)
      const found = sum === chain ? [] : [otherChain(chain, sum, { user, thread })]
      next = told({ ...next, after: key }, found)
      looked += count + 1
    }
    return next
  }

  #chainOf(user: number, thread: number): string {
    const sum = new Uint8Array(16)
    for (const row of this.#links.iterate(user, thread)) {
      const [seq, id, checksum] = row as unknown as [number, string, string]
      xorInto(sum, linkOf(seq, id, checksum))
    }
    return Buffer.from(sum).toString('hex')
  }

  #altered([, userKey, threadKey, seq, id]: WordCells): Finding {
    const names = this.#db
      .prepare(
        'SELECT u.id AS user, t.id AS thread FROM threads t JOIN users u ON u.key = t.user WHERE t.user = ? AND t.key = ?',
      )
      .get(userKey, threadKey) as { user: string; thread: string } | undefined
    return alteredWords(seq, { ...names, message: id })
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }
}

type WordCells = readonly [
  key: number, user: number, thread: number, seq: number, id: string, role: number, text: string, parts: string | null,
  checksum: string | null, status: number,
] // prettier-ignore
type ThreadCells = readonly [
  key: number,
  userKey: number,
  user: string,
  thread: string,
  chain: string,
  count: number,
]

const wordsOf = ([, , , , , role, text, parts, checksum, status]: WordCells) => ({
  role,
  text,
  parts,
  checksum,
  status,
})

const unreadable = ({ phase, after }: ScrubState): Finding =>
  finding('unreadable', `SQLite cannot read the ${phase} beyond key ${after}.`)
