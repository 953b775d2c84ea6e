// What people do to what was said before: they delete it, want it back, name it, pin it, throw a whole thread away.
import type { Change } from '../../../src/core/change.ts'
import { ownJson } from '../../../src/core/json.ts'
import type { Hand } from './hand.ts'
import { signed } from './provider.ts'

export class Tidying {
  readonly #hand: Hand
  readonly #binned = new Set<string>()

  constructor(hand: Hand) {
    this.#hand = hand
  }

  async delete(threadId: string, messageId: string): Promise<void> {
    const { ledger, random } = this.#hand.world
    ledger.touched.add(messageId)
    const kind = random.chance(0.7) ? 'message.deleted' : 'message.forgotten'
    const outcome = await this.#hand.commit({ kind, threadId, messageId })
    if (outcome?.result === 'kept' && !ledger.restored.has(messageId)) ledger.deleted.add(messageId)
  }

  async restore(threadId: string): Promise<void> {
    const { ledger, random } = this.#hand.world
    const ids = [...ledger.touched].filter(
      (id) => ledger.sent.get(id)?.user === this.#hand.user && ledger.sent.get(id)?.threadId === threadId,
    )
    if (ids.length === 0) return
    const messageId = random.pick(ids)
    ledger.deleted.delete(messageId)
    ledger.restored.add(messageId)
    await this.#hand.commit({ kind: 'message.restored', threadId, messageId })
  }

  async aside(threadId: string, messageId: string): Promise<void> {
    const { random } = this.#hand.world
    const title = signed(this.#hand.user, `title ${random.int(99)}`)
    const change = random.pick<Change>([
      { kind: 'head.moved', threadId, messageId },
      { kind: 'thread.renamed', threadId, title, titledBy: 'user' },
      { kind: 'thread.changed', threadId, pinned: random.chance(0.5) },
      { kind: 'mark.put', threadId, messageId, mark: 'thumb', value: ownJson('up') },
      { kind: 'place.put', threadId, readSeq: random.int(9), draft: signed(this.#hand.user, 'a draft') },
      this.#binning(threadId),
    ])
    await this.#hand.commit(change)
  }

  /** A whole thread, and before this device is done it takes it back. */
  #binning(threadId: string): Change {
    this.#hand.world.ledger.binned.add(`${this.#hand.user} ${threadId}`)
    this.#binned.add(threadId)
    return { kind: 'thread.binned', threadId }
  }

  /** What a node sent to the bin with its last breath may arrive late: so this is asked for again at the end. */
  async takeBack(): Promise<void> {
    for (const threadId of this.#binned)
      while (!(await this.#hand.commit({ kind: 'thread.restored', threadId })))
        await this.#hand.turn('takes back')
  }
}
