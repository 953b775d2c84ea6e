// One thread seen whole, message by message: what its row should say, where that differs from what it says, which words are not those of
// their checksum, and which rows came another way.

import { xorInto } from '../../core/checksum.ts'
import type { CanonicalJson } from '../../core/json.ts'
import { roleAt, statusCode } from '../codes.ts'
import { checksumOf, linkOf } from '../hash.ts'
import { type ChangesKept, isCanonical, untold } from './came-another-way.ts'
import { type Finding, finding, type FindingKind } from './finding.ts'
import { ThreadSums, type ThreadValues } from './thread-sums.ts'

/** What the row of the thread says of itself. */
export type ThreadSays = ThreadValues & {
  user: string
  thread: string
  /** The highest place that anything else in the store says was given to a message of this thread. */
  givenSeq: number
  changeSeq: number
  /** Whether a change of this thread has that number. */
  isTold: boolean
  changes: ChangesKept
}

export type SeenMessage = readonly [
  seq: number, id: string, parent: number, role: number, status: number, text: string, parts: string | null, checksum: string | null,
  runStatus: number | null, changeSeq: number, isTold: number | boolean,
] // prettier-ignore

/** A row that may have come another way: beyond what its thread counts, or with no change that tells of it. */
type Apart = { seq: number; id: string; isUntold: boolean; hasNoChecksum: boolean; why: string[] }

const [pending, deleted] = [statusCode('pending'), statusCode('deleted')]
/** Gaps and strangers beyond so many in one thread are counted, not told one by one. */
const toldMax = 100

export class ThreadExam {
  readonly #says: ThreadSays
  readonly #found: Finding[] = []
  readonly #all: ThreadSums
  /** Without those that stand apart; null while there are none. */
  #known: ThreadSums | null = null
  readonly #apart: Apart[] = []
  #apartCount = 0
  #seen = 0
  readonly #links = new Map<string, number>()
  #last = 0

  constructor(says: ThreadSays) {
    this.#says = says
    this.#all = new ThreadSums(says.headId)
  }

  /** In order of seq. */
  see(message: SeenMessage): void {
    const [seq, id, parent, , status] = message
    this.#seen++
    this.#seeGap(seq, Math.max(this.#says.lastSeq, this.#says.givenSeq))
    this.#last = seq
    const stray = this.#strayed(message)
    if (stray) {
      this.#known ??= this.#all.copy()
      this.#apartCount++
      if (this.#apart.length < toldMax) this.#apart.push(stray)
    }
    const link = this.#linkOf(message)
    const summed = { seq, id, parent, isDeleted: status === deleted, link }
    this.#all.add(summed)
    if (!stray) this.#known?.add(summed)
    if (!stray?.isUntold && !stray?.hasNoChecksum) this.#seeLawful(message)
  }

  findings(): Finding[] {
    const { says, should } = { says: this.#says, should: this.should() }
    this.#seeGap(should.lastSeq + 1, should.lastSeq)
    this.#tellStrangers()
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

  /** Where rows came another way nobody but a person can say whether they belong to the sums: they are right with them or without. */
  should(): ThreadValues {
    const [says, all, known] = [this.#says, this.#all.values(), (this.#known ?? this.#all).values()]
    const given = Math.min(says.givenSeq, says.lastSeq)
    all.lastSeq = Math.max(all.lastSeq, given)
    known.lastSeq = Math.max(known.lastSeq, given)
    if (this.#strangers().length === 0) return all
    const either = <N extends keyof ThreadValues>(name: N): ThreadValues[N] =>
      says[name] === known[name] ? known[name] : all[name]
    return {
      headId: either('headId'),
      messageCount: either('messageCount'),
      lastSeq: either('lastSeq'),
      forkCount: either('forkCount'),
      chain: either('chain'),
    }
  }

  #seeGap(until: number, placesMax: number): void {
    const end = Math.min(until - 1, placesMax, this.#last + toldMax)
    for (let gone = this.#last + 1; gone <= end; gone++)
      this.#tell('missing_message', `There is no message ${gone} in this thread.`)
  }

  #strayed(message: SeenMessage): Apart | null {
    const [seq, id, parent, role, status, text, stored, checksum, , changeSeq, isTold] = message
    const [{ lastSeq, changes }, parts] = [this.#says, stored as CanonicalJson | null]
    const noChange = untold(changeSeq, Boolean(isTold), changes)
    if (noChange === null && seq <= lastSeq) return null
    const isFinished = status !== pending && status !== deleted
    const why = [
      noChange,
      seq > lastSeq ? `last_seq is ${lastSeq} and does not come so far` : null,
      isFinished && checksum === null ? 'it has no checksum' : null,
      isFinished && checksum !== null && checksumOf(roleAt(role), { text, parts }) !== checksum
        ? 'its checksum is not that of its words'
        : null,
      isFinished && !isCanonical(text, parts)
        ? 'its words are not in the form in which words are kept'
        : null,
      parent !== 0 && !this.#all.has(parent) ? `message ${parent}, which it follows, is not there` : null,
    ].filter((reason) => reason !== null)
    return { seq, id, isUntold: noChange !== null, hasNoChecksum: isFinished && checksum === null, why }
  }

  /** What a commit wrote and the thread forgot is beyond its last_seq and in its chain; what came another way is not in it. */
  #strangers(): Apart[] {
    const isOutside = this.#isOutsideChain()
    return this.#apart.filter(({ isUntold, hasNoChecksum }) => isUntold || hasNoChecksum || isOutside)
  }

  #isOutsideChain(): boolean {
    const [all, known] = [this.#all.values().chain, this.#known?.values().chain]
    return known === this.#says.chain && all !== known
  }

  #tellStrangers(): void {
    const { says, strangers } = { says: this.#says, strangers: this.#strangers() }
    const noChange = untold(says.changeSeq, says.isTold, says.changes)
    const isWhole =
      noChange !== null && this.#apart.every(({ isUntold }) => isUntold) && this.#apartCount === this.#seen
    if (isWhole)
      return this.#tell(
        'came_another_way',
        `The thread and its ${this.#seen} messages came another way: ${noChange}.`,
      )
    if (noChange !== null)
      this.#tell('came_another_way', `The row of the thread was written another way: ${noChange}.`)
    const outside = this.#isOutsideChain() ? ['the chain of the thread adds up without it'] : []
    for (const { seq, id, why } of strangers)
      this.#tell(
        'came_another_way',
        `Message ${seq} came another way: ${[...why, ...outside].join('; ')}.`,
        id,
      )
    if (this.#apartCount > toldMax && strangers.length > 0)
      this.#tell('came_another_way', `So did ${this.#apartCount - toldMax} more messages of this thread.`)
    if (strangers.length === 0) this.#tellOneOutside()
  }

  /** One that everything tells of but the sums. */
  #tellOneOutside(): void {
    const [all, difference] = [this.#all.values(), Buffer.from(this.#says.chain, 'hex')]
    xorInto(difference, Buffer.from(all.chain, 'hex'))
    const seq = this.#links.get(difference.toString('latin1'))
    if (seq === undefined || this.#says.messageCount !== all.messageCount - 1) return
    this.#tell(
      'came_another_way',
      `Message ${seq} came another way: the chain of the thread adds up without it, and so does message_count.`,
      this.#all.idOf(seq),
    )
  }

  #linkOf([seq, id, , , status, , , checksum]: SeenMessage): Uint8Array | null {
    if (status === pending || status === deleted || checksum === null) return null
    const link = linkOf(seq, id, checksum)
    this.#links.set(Buffer.from(link).toString('latin1'), seq)
    return link
  }

  #seeLawful(message: SeenMessage): void {
    const [seq, id, parent, role, status, text, parts, checksum, runStatus] = message
    if (parent !== 0 && !this.#all.has(parent))
      this.#tell('orphan_parent', `Message ${seq} follows message ${parent}, which is not there.`, id)
    if (status === pending) return this.#seePending(seq, id, runStatus)
    if (status === deleted) return
    if (checksum === null)
      return this.#tell('altered_words', `Message ${seq} is finished and has no checksum.`, id)
    if (checksumOf(roleAt(role), { text, parts: parts as CanonicalJson | null }) !== checksum)
      this.#tell('altered_words', `The words of message ${seq} are not those of its checksum.`, id)
  }

  #seePending(seq: number, id: string, runStatus: number | null): void {
    if (runStatus === 0) return
    const which = runStatus === null ? 'is not there' : 'has ended'
    this.#tell('stuck_answer', `Message ${seq} is said to be under way, and its run ${which}.`, id)
  }

  #drift(kind: FindingKind, name: string, says: string | number, should: string | number): void {
    if (says !== should) this.#tell(kind, `${name} is ${says}, and the messages come to ${should}.`)
  }

  #tell(kind: FindingKind, what: string, message?: string): void {
    const { user, thread } = this.#says
    this.#found.push(finding(kind, what, { user, thread, ...(message === undefined ? null : { message }) }))
  }
}
