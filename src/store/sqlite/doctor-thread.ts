// One thread seen whole, message by message: what its row should say, where that differs from what it says, and which words are not
// those of their checksum.

import { xorInto } from '../../core/checksum.ts'
import type { CanonicalJson } from '../../core/json.ts'
import { roleAt, statusCode } from '../codes.ts'
import { checksumOf, linkOf } from '../hash.ts'
import { type Finding, finding, type FindingKind } from './doctor-finding.ts'

/** What the row of the thread says of itself. */
export type ThreadSays = {
  user: string
  thread: string
  headId: string | null
  messageCount: number
  lastSeq: number
  forkCount: number
  chain: string
  /** The highest place that anything else in the store says was given to a message of this thread. */
  givenSeq: number
}

export type SeenMessage = readonly [
  seq: number, id: string, parent: number, role: number, status: number, text: string, parts: string | null, checksum: string | null,
  runStatus: number | null,
] // prettier-ignore

/** What the messages say the row should say. */
export type ThreadShould = Pick<ThreadSays, 'headId' | 'messageCount' | 'lastSeq' | 'forkCount' | 'chain'>

const [pending, deleted] = [statusCode('pending'), statusCode('deleted')]

export class ThreadExam {
  readonly #says: ThreadSays
  readonly #found: Finding[] = []
  readonly #ids = new Map<number, string>()
  readonly #parents = new Set<number>()
  readonly #parentOf = new Map<number, number>()
  readonly #chain = new Uint8Array(16)
  #headSeq = 0
  #count = 0
  #last = 0

  constructor(says: ThreadSays) {
    this.#says = says
  }

  /** In order of seq. */
  see(message: SeenMessage): void {
    const [seq, id, parent, , status] = message
    for (let gone = this.#last + 1; gone < seq && gone <= this.#last + 100; gone++) this.#lost(gone)
    this.#last = seq
    this.#ids.set(seq, id)
    this.#parentOf.set(seq, parent)
    if (id === this.#says.headId) this.#headSeq = seq
    if (parent !== 0 && !this.#ids.has(parent))
      this.#tell('orphan_parent', `Message ${seq} follows message ${parent}, which is not there.`, id)
    this.#parents.add(parent)
    if (status !== deleted) this.#count++
    if (status === pending) this.#seePending(message)
    else if (status !== deleted) this.#seeWords(message)
  }

  findings(): Finding[] {
    const { says, should } = { says: this.#says, should: this.should() }
    for (let gone = this.#last + 1; gone <= should.lastSeq && gone <= this.#last + 100; gone++)
      this.#lost(gone)
    if (should.headId !== says.headId)
      this.#tell(
        'dangling_head',
        `The head is ${says.headId ?? 'not set'}, which is no leaf of the thread; it should be ${should.headId ?? 'not set'}.`,
      )
    this.#drift('message_count_drift', 'message_count', says.messageCount, should.messageCount)
    this.#drift('last_seq_drift', 'last_seq', says.lastSeq, should.lastSeq)
    this.#drift('fork_count_drift', 'fork_count', says.forkCount, should.forkCount)
    this.#drift('chain_drift', 'chain', says.chain, should.chain)
    return this.#found
  }

  should(): ThreadShould {
    return {
      headId: this.#rightHead(),
      messageCount: this.#count,
      lastSeq: Math.max(this.#last, Math.min(this.#says.givenSeq, this.#says.lastSeq)),
      forkCount: this.#ids.size - this.#parents.size,
      chain: Buffer.from(this.#chain).toString('hex'),
    }
  }

  /** A head that is a leaf stands; one that has children goes down to the newest below it; one that is not there, to the newest of all. */
  #rightHead(): string | null {
    if (this.#last === 0) return null
    if (this.#headSeq !== 0 && !this.#parents.has(this.#headSeq)) return this.#says.headId
    const newest = this.#headSeq === 0 ? this.#last : this.#newestBelow(this.#headSeq)
    return this.#ids.get(newest) ?? null
  }

  /** Seqs only grow from parent to child, so one pass from the head on finds all that is below it. */
  #newestBelow(head: number): number {
    const below = new Set([head])
    let newest = head
    for (const [seq, parent] of this.#parentOf)
      if (below.has(parent)) {
        below.add(seq)
        newest = seq
      }
    return newest
  }

  #seeWords([seq, id, , role, , text, parts, checksum]: SeenMessage): void {
    const words = { text, parts: parts as CanonicalJson | null }
    if (checksum === null)
      return this.#tell('altered_words', `Message ${seq} is finished and has no checksum.`, id)
    if (checksumOf(roleAt(role), words) !== checksum)
      this.#tell('altered_words', `The words of message ${seq} are not those of its checksum.`, id)
    xorInto(this.#chain, linkOf(seq, id, checksum))
  }

  #seePending([seq, id, , , , , , , runStatus]: SeenMessage): void {
    if (runStatus === 0) return
    this.#tell(
      'stuck_answer',
      `Message ${seq} is said to be under way, and its run ${runStatus === null ? 'is not there' : 'has ended'}.`,
      id,
    )
  }

  #lost(seq: number): void {
    this.#tell('missing_message', `There is no message ${seq} in this thread.`)
  }

  #drift(kind: FindingKind, name: string, says: string | number, should: string | number): void {
    if (says !== should) this.#tell(kind, `${name} is ${says}, and the messages come to ${should}.`)
  }

  #tell(kind: FindingKind, what: string, message?: string): void {
    const { user, thread } = this.#says
    this.#found.push(finding(kind, what, { user, thread, ...(message === undefined ? null : { message }) }))
  }
}
