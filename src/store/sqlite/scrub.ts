// Looks at a bounded piece of the store and goes on where it was the next time: words against their checksums, threads against their
// chains, so that a byte that rots is found before somebody asks for it.

import type { DatabaseSync } from 'node:sqlite'
import { xorInto } from '../../core/checksum.ts'
import { type Finding, finding } from '../doctor/finding.ts'
import { alteredWords, isAltered, otherChain, told } from '../doctor/scrub-tally.ts'
import { linkOf } from '../hash.ts'
import { asArrays, openReading } from './connection.ts'
import { attempt } from './salvage-rows.ts'
import { beginning, type ScrubState } from './scrub-state.ts'

/** More rows than a page has: behind so many there is no end to it, and the rest of the round is still worth a look. */
const passedByMax = 1_000

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

  /** Of one moment. What SQLite cannot read is passed by, row by row, and told once a round. */
  look(state: ScrubState, rows: number): ScrubState {
    const piece = (limit: number) =>
      attempt(() => (state.phase === 'messages' ? this.#words(state, limit) : this.#chains(state, limit)))
    this.#db.exec('BEGIN')
    try {
      const next = piece(rows) ?? piece(1)
      return next ? { ...next, passedBy: 0 } : passedBy(state)
    } finally {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK') // a COMMIT is refused once a page could not be read
    }
  }

  #words(state: ScrubState, limit: number): ScrubState {
    const rows = this.#messages.all(state.after, limit) as unknown as WordCells[]
    const found = rows.filter((row) => isAltered(wordsOf(row))).map((row) => this.#altered(row))
    const last = rows.at(-1)
    if (!last) return phaseAfter(state)
    return told({ ...state, after: last[0], messages: state.messages + rows.length }, found)
  }

  #chains(state: ScrubState, limit: number): ScrubState {
    let next = state
    for (let looked = 0; looked < limit;) {
      const [row] = this.#threads.all(next.after) as unknown as ThreadCells[]
      if (!row) return phaseAfter(next)
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

function passedBy(state: ScrubState): ScrubState {
  const next = { ...state, after: state.after + 1, passedBy: state.passedBy + 1, isPassingTold: true }
  const past = next.passedBy < passedByMax ? next : phaseAfter(next)
  return state.isPassingTold ? past : told(past, [unreadable(state)])
}

const phaseAfter = (state: ScrubState): ScrubState =>
  state.phase === 'messages'
    ? { ...state, phase: 'threads', after: 0, passedBy: 0 }
    : { ...beginning, ...foundSoFar(state), round: state.round + 1, endedAt: Date.now() }

const foundSoFar = ({ found, mismatches }: ScrubState) => ({ found, mismatches })

const unreadable = ({ phase, after }: ScrubState): Finding =>
  finding('unreadable', `SQLite cannot read the ${phase} beyond key ${after}.`)
