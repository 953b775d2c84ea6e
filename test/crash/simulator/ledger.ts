// What the devices know for certain: what they sent, what was acknowledged and how, and how they saw runs end.
import { must } from '../../../src/core/assert.ts'
import type { Receipt } from '../../../src/core/receipt.ts'
import type { Trace } from './trace.ts'

export type Sent = { user: string; threadId: string; id: string; text: string; wantsReply: boolean }
export type Acked = { seq: number | null; isSpooled: boolean }
export type KnownRun = { user: string; threadId: string; runId: string; replyId: string; epoch: number }
export type End = { status: string; words: string }

export class Ledger {
  readonly sent = new Map<string, Sent>()
  readonly acked = new Map<string, Acked>()
  /** Sent in one commit: all of them are there, or none. */
  readonly groups: string[][] = []
  /** Whose words may be gone because somebody asked for that. */
  readonly touched = new Set<string>()
  /** That these were deleted was acknowledged, and nobody asked for them back. */
  readonly deleted = new Set<string>()
  /** Somebody asked for these back, and nobody knows in which order. */
  readonly restored = new Set<string>()
  /** Sent with other words, too: while the store is away nobody can tell which of them came first. */
  readonly contested = new Set<string>()
  /** Threads that were in the bin for a while, by user and id. */
  readonly binned = new Set<string>()
  readonly runs = new Map<string, KnownRun>()
  /** By the id of the reply. */
  readonly ends = new Map<string, End>()
  readonly #trace: Trace

  constructor(trace: Trace) {
    this.#trace = trace
  }

  acknowledged(id: string, { seq, durability, result }: Receipt): void {
    const before = this.acked.get(id)
    const isSpooled = durability === 'spooled'
    if (isSpooled !== (seq === null))
      this.#trace.violate(`the receipt of ${id} says ${durability} and seq ${seq}`)
    if (before && before.seq !== null && seq !== null && seq !== before.seq)
      this.#trace.violate(`${id} was acknowledged as seq ${before.seq}, and now as ${seq}`)
    if (before && before.seq !== null && result === 'kept' && !isSpooled)
      this.#trace.violate(`${id} was kept, and is kept once more`)
    this.acked.set(id, { seq: before?.seq ?? seq, isSpooled: isSpooled && (before?.seq ?? null) === null })
  }

  /** A run ends once, and what it said is from then on as it is. */
  ended(replyId: string, status: string, words: string): void {
    const before = this.ends.get(replyId)
    if (!before) this.ends.set(replyId, { status, words })
    else if (this.touched.has(replyId)) return
    else if (before.status !== status || before.words !== words)
      this.#trace.violate(
        `${replyId} ended as ${before.status} "${before.words}", and later as ${status} "${words}"`,
      )
  }

  /** What one user has in one thread for certain. */
  safeIn(user: string, threadId: string): Sent[] {
    return [...this.acked].flatMap(([id, { seq }]) => {
      const sent = must(this.sent.get(id), 'what was acknowledged was sent')
      return seq !== null && sent.user === user && sent.threadId === threadId ? [sent] : []
    })
  }
}
