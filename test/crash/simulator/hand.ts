// What every device does with a house: asks any node of it, waits for its moment, and knows an answer from none.
import type { Chat } from '../../../src/chat/chat.ts'
import type { Change } from '../../../src/core/change.ts'
import type { Outcome } from '../../../src/core/receipt.ts'
import { codeOf } from './fault.ts'
import type { World } from './world.ts'

export class Hand {
  readonly user: string
  readonly name: string
  readonly world: World

  constructor(world: World, user: string, name: string) {
    this.world = world
    this.user = user
    this.name = name
  }

  turn = (what: string): Promise<void> => this.world.executor.moment(`${this.name} of ${this.user} ${what}`)

  commit(...changes: Change[]): Promise<Outcome | null> {
    const user = this.user
    return this.ask((chat) => chat.store.commit({ user, at: chat.now(), changes })).then((outcome) => {
      if (outcome)
        this.world.trace.tell(
          `${this.name} of ${user}: ${changes.map(({ kind }) => kind).join(' + ')} is ${outcome.result}`,
        )
      return outcome
    })
  }

  /** Null: no answer came. 'no': it was refused, as it may be. */
  async ask<T>(work: (chat: Chat) => Promise<T>): Promise<T | null>
  async ask<T>(work: (chat: Chat) => Promise<T>, mayBe: (code: string) => boolean): Promise<T | null | 'no'>
  async ask<T>(work: (chat: Chat) => Promise<T>, mayBe = isNotThere): Promise<T | null | 'no'> {
    try {
      return await this.world.ask(work)
    } catch (fault) {
      const code = codeOf(fault)
      if (mayBe(code)) return mayBe === isNotThere ? null : 'no'
      if (code !== 'unavailable')
        this.world.trace.violate(
          `${this.name} of ${this.user} was told ${code}: ${fault instanceof Error ? fault.stack : String(fault)}`,
        )
      return null
    }
  }
}

const isNotThere = (code: string): boolean => code === 'not_found'
