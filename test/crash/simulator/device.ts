// A device of one user: says, answers anew, stops, deletes, looks, and sends again with the same ids whatever it got no answer for.
import { answerAgain } from '../../../src/chat/reply.ts'
import { say, type SayAsked } from '../../../src/chat/say.ts'
import { stopThread } from '../../../src/chat/stop.ts'
import type { Change } from '../../../src/core/change.ts'
import type { Kept } from '../../../src/core/receipt.ts'
import { forge } from './former-owner.ts'
import { Hand } from './hand.ts'
import type { KnownRun } from './ledger.ts'
import { signed } from './provider.ts'
import { Tidying } from './tidying.ts'
import { View } from './view.ts'
import type { World } from './world.ts'

const threads = ['one', 'two']

export class Device {
  readonly user: string
  readonly #hand: Hand
  readonly #tidying: Tidying
  readonly view: View
  /** What it got no answer for. */
  readonly #unsure: SayAsked[] = []
  #count = 0

  constructor(world: World, user: string, name: string) {
    this.user = user
    this.#hand = new Hand(world, user, name)
    this.#tidying = new Tidying(this.#hand)
    this.view = new View(user)
  }

  async live(actions: number): Promise<void> {
    for (let i = 0; i < actions; i++) {
      await this.#hand.turn('acts')
      await this.#act()
    }
    await this.#tidying.takeBack()
    for (const asked of this.#unsure) await this.#say(asked, true)
  }

  /** Until nothing is new. What a node sent to the bin with its last breath may have arrived since. */
  async catchUp(): Promise<void> {
    await this.#tidying.takeBack()
    for (let isDone = false; !isDone;) {
      await this.#hand.turn('looks')
      isDone = (await this.#hand.ask((chat) => this.view.sync(chat))) ?? false
    }
  }

  #act(): Promise<unknown> {
    const { random } = this.#hand.world
    const roll = random.int(100)
    const threadId = random.pick(threads)
    const known = this.#hand.world.ledger.safeIn(this.user, threadId)
    const id = known.length > 0 ? random.pick(known).id : null
    if (roll < 40 || id === null) return this.#say(this.#saying(threadId, id), false)
    if (roll < 46) return this.#again()
    if (roll < 51) return this.#otherwise(threadId, id)
    if (roll < 58) return this.#regenerate(threadId, id)
    if (roll < 64) return this.#hand.ask((chat) => stopThread(chat, this.user, threadId))
    if (roll < 70) return this.#tidying.delete(threadId, id)
    if (roll < 73) return this.#tidying.restore(threadId)
    if (roll < 79) return this.#group(threadId)
    if (roll < 85) return this.#tidying.aside(threadId, id)
    if (roll < 93) return forge(this.#hand)
    return this.#hand.ask((chat) => this.view.sync(chat))
  }

  #saying(threadId: string, known: string | null): SayAsked {
    const { random, ledger } = this.#hand.world
    const id = `${this.user}-${this.#hand.name}-${++this.#count}`
    const text = signed(
      this.user,
      random.pick(['hello', '', 'ünï ☃ 🙂', 'x'.repeat(random.int(3_000)), `line\n${this.#count}`]),
    )
    const reply = random.chance(0.7)
    ledger.sent.set(id, { user: this.user, threadId, id, text, wantsReply: reply })
    const place = known !== null && random.chance(0.15) ? { parentId: known } : {}
    return { threadId, id, words: { text }, reply, thread: {}, ...place }
  }

  async #say(asked: SayAsked, isPatient: boolean): Promise<void> {
    const { contested } = this.#hand.world.ledger
    for (;;) {
      const said = await this.#hand.ask(
        (chat) => say(chat, this.user, asked),
        (code) => code === 'deleted' || (code === 'same_id_other_content' && contested.has(asked.id ?? '')),
      )
      if (said === 'no') return
      if (said) return this.#kept(asked, said.kept)
      if (!isPatient && this.#hand.world.random.chance(0.4)) return void this.#unsure.push(asked)
      await this.#hand.turn('sends again')
    }
  }

  async #kept({ id = '', threadId }: SayAsked, kept: Kept): Promise<void> {
    const { ledger, trace } = this.#hand.world
    trace.tell(
      `${this.#hand.name} of ${this.user}: ${id} is ${kept.result}, ${kept.receipt.durability}, seq ${kept.receipt.seq}`,
    )
    ledger.acknowledged(id, kept.receipt)
    if (kept.receipt.durability !== 'spooled') await this.#hand.world.isReadable(this.user, threadId, id)
    if (kept.run) this.#knows({ user: this.user, threadId, ...kept.run })
  }

  #knows(run: KnownRun): void {
    const { ledger, random } = this.#hand.world
    ledger.runs.set(run.runId, run)
    if (random.chance(0.6)) this.#hand.world.read(run)
  }

  /** Something that was acknowledged is sent once more: the answer is the first one. */
  async #again(): Promise<void> {
    const { ledger, random } = this.#hand.world
    const mine = [...ledger.acked.keys()].filter((id) => ledger.sent.get(id)?.user === this.user)
    if (mine.length === 0) return
    const sent = ledger.sent.get(random.pick(mine))
    if (!sent) return
    const { id, threadId, text, wantsReply } = sent
    if (!ledger.touched.has(id))
      await this.#say({ threadId, id, words: { text }, reply: wantsReply, thread: {} }, false)
  }

  /** The same id with other words: never taken for the first. */
  async #otherwise(threadId: string, id: string): Promise<void> {
    const words = { text: signed(this.user, 'something else') }
    this.#hand.world.ledger.contested.add(id)
    const said = await this.#hand.ask(
      (chat) => say(chat, this.user, { threadId, id, words, reply: false }),
      (code) => code === 'same_id_other_content' || code === 'deleted',
    )
    if (said && said !== 'no' && said.kept.receipt.durability !== 'spooled')
      this.#hand.world.trace.violate(`other words were taken for ${id}`)
  }

  async #regenerate(threadId: string, messageId: string): Promise<void> {
    const id = `${this.user}-${this.#hand.name}-again-${++this.#count}`
    for (let i = 0; i < 5; i++) {
      const said = await this.#hand.ask(
        (chat) => answerAgain(chat, this.user, { threadId, messageId, id }),
        isDeleted,
      )
      if (said === 'no') return
      if (said?.kept.run) return this.#knows({ user: this.user, threadId, ...said.kept.run })
      await this.#hand.turn('asks again')
    }
  }

  /** Several messages in one commit. */
  async #group(threadId: string): Promise<void> {
    const { ledger, random } = this.#hand.world
    const group = Array.from({ length: 2 + random.int(3) }, () => this.#saying(threadId, null))
    const changes = group.map(({ id = '', words }): Change => ({
      kind: 'message.said',
      threadId,
      id,
      role: 'user',
      ...words,
    }))
    for (const { id = '' } of group) {
      const sent = ledger.sent.get(id)
      if (sent) sent.wantsReply = false
    }
    ledger.groups.push(group.map(({ id = '' }) => id))
    const outcome = await this.#hand.commit({ kind: 'thread.created', threadId, unless: 'there' }, ...changes)
    if (outcome?.result !== 'kept') return
    for (const { id = '' } of group) ledger.acked.set(id, { seq: null, isSpooled: false })
  }
}

const isDeleted = (code: string): boolean => code === 'deleted'
