// One commit on its way: copies of the heads it changes and the writes it will make. Nothing is written until all of it is planned,
// so a commit that is refused half-way has nothing to take back.

import type { Conflict, Missing, Refused, RunRef, Thing } from '../../core/receipt.ts'
import type { PreparedSaid } from '../../core/prepared.ts'
import { type Departure, departs } from '../../core/tree.ts'
import type { Heads, RunHead, ThreadHead, UserHead } from './heads.ts'
import type { Write, WriteName, Writes } from './write.ts'

/** What a planned change is about; `replayed` when it had happened before and needs no write. */
export type Step = { id: string; seq: number | null; forked: boolean; changeSeq: number; replayed: boolean }
/** Of a change that is judged for the first time. */
export const stepOf = (draft: Draft, id: string, seq: number): Step => ({
  id,
  seq,
  forked: false,
  changeSeq: draft.changeSeq,
  replayed: false,
})

export type Stop = Conflict | Missing | Refused
export const isStop = (value: object): value is Stop => 'result' in value

export class Draft {
  readonly at: number
  readonly user: UserHead
  thread: ThreadHead | null = null
  readonly runs = new Map<string, RunHead>()
  runRef: RunRef | null = null
  /** The thread goes with this commit; nothing is left of it to remember. */
  threadGoes = false
  /** What is said first, by an id that nobody looked up: it may turn out to be there already, and then nothing is written. */
  first: Writes['say'] | null = null
  readonly writes: Write[] = []
  readonly #heads: Heads
  readonly #said = new Map<string, { seq: number; change: PreparedSaid | null; forked: boolean }>()
  readonly #departures: Departure[] = []
  readonly #parents = new Set<number>()
  #proposed: string | null = null

  constructor(heads: Heads, user: UserHead, at: number) {
    this.#heads = heads
    this.user = { ...user, changeSeq: user.changeSeq + 1 }
    this.at = at
  }

  /** The change_seq of this commit, if it is kept. */
  get changeSeq(): number {
    return this.user.changeSeq
  }

  openThread(id: string, binnedToo: 'binned too' | 'not binned' = 'not binned'): ThreadHead | Stop {
    const head = this.thread ?? this.#heads.thread(this.user, id)
    if (!head) return missing('thread', id)
    if (head.id !== id && this.#proposed !== id)
      return invalid('A commit changes one thread, and this one would change two.')
    if (head.binnedAt !== null && binnedToo === 'not binned') return deleted('thread', id)
    this.thread ??= { ...head, chain: head.chain.slice(), changeSeq: this.changeSeq }
    return this.thread
  }

  /** The thread that was found in place of the one proposed; later changes that name the proposed one mean it. */
  foundInstead(proposed: string, head: ThreadHead): void {
    this.#proposed = proposed
    this.thread = { ...head, chain: head.chain.slice(), changeSeq: this.changeSeq }
  }

  newThread(head: ThreadHead): void {
    this.thread = head
  }

  openRun(id: string): RunHead | Stop {
    const open = this.runs.get(id)
    if (open) return open
    const head = this.#heads.run(this.user, id)
    if (!head) return missing('run', id)
    const copy = { ...head }
    this.runs.set(id, copy)
    return copy
  }

  /** Remembers what this commit puts into the thread: nothing of it can be read yet. */
  said(id: string, seq: number, parent: number, change: PreparedSaid | null, forked: boolean): void {
    this.#said.set(id, { seq, change, forked })
    this.#parents.add(parent)
    if (departs(seq, parent)) this.#departures.push({ seq, parent })
  }

  saidHere = (id: string) => this.#said.get(id)
  departuresHere = (after: number): Departure[] => this.#departures.filter(({ seq }) => seq > after)
  idSaidHere = (seq: number): string | undefined => [...this.#said].find(([, said]) => said.seq === seq)?.[0]
  hasChildHere = (seq: number): boolean => this.#parents.has(seq)

  /** For whoever may have to begin the next change anew. */
  copy(): Draft {
    const copy = new Draft(this.#heads, this.user, this.at)
    Object.assign(copy.user, this.user)
    copy.thread = this.thread && { ...this.thread, chain: this.thread.chain.slice() }
    for (const [id, run] of this.runs) copy.runs.set(id, { ...run })
    copy.runRef = this.runRef
    copy.threadGoes = this.threadGoes
    copy.first = this.first
    copy.writes.push(...this.writes)
    for (const [id, said] of this.#said) copy.#said.set(id, said)
    copy.#departures.push(...this.#departures)
    for (const parent of this.#parents) copy.#parents.add(parent)
    copy.#proposed = this.#proposed
    return copy
  }

  put<N extends WriteName>(name: N, ...values: Writes[N]): void {
    this.writes.push({ name, values } as Write)
  }

  /** What was planned so far has been written, and can be read from here on. */
  written(): void {
    this.first = null
    this.writes.length = 0
    this.#departures.length = 0
  }

  refRun(run: RunHead): RunRef {
    this.runRef = {
      runId: run.id,
      replyId: run.replyId,
      replySeq: run.replySeq,
      attempt: run.attempt,
      epoch: run.epoch,
    }
    return this.runRef
  }
}

export const missing = (what: Thing, id: string): Missing => ({ result: 'missing', what, id })
export const conflict = (what: Thing, id: string): Conflict => ({ result: 'conflict', what, id })

export const deleted = (what: Thing, id: string): Refused => ({
  result: 'refused',
  code: 'deleted',
  message: `The ${what} "${id}" was deleted.`,
  hint: `Restore it first, or use a new id.`,
})

export const invalid = (message: string, hint = 'Nothing was written.'): Refused => ({
  result: 'refused',
  code: 'invalid',
  message,
  hint,
})
