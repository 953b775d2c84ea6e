// Somebody who follows a run by what the doors would send, leaves and comes back, at any node, and holds what they heard against what is kept.
import { follow, type Followed } from '../../../src/chat/follow.ts'
import { Transcript } from '../../../src/client/transcript.ts'
import type { Message as WireMessage } from '../../../src/client/wire.ts'
import { codeOf } from './fault.ts'
import type { Message } from '../../../src/core/message.ts'
import { positionFrom } from '../../../src/core/run-log.ts'
import type { KnownRun } from './ledger.ts'
import type { World } from './world.ts'

const refusalsMax = 20

export class Reader {
  readonly #world: World
  readonly #run: KnownRun
  readonly #transcript = new Transcript()
  #visit = 0
  #isOver = false
  #refusals = 0

  constructor(world: World, run: KnownRun) {
    this.#world = world
    this.#run = run
  }

  async read(): Promise<void> {
    const { user, runId, threadId } = this.#run
    const { executor, clock, random, trace, ledger } = this.#world
    const isBinned = () => ledger.binned.has(`${user} ${threadId}`)
    while (!this.#isOver) {
      await executor.moment(`a reader of ${user} comes`)
      const left = new AbortController()
      const visit = ++this.#visit
      if (random.chance(0.3)) clock.set(() => left.abort(), random.int(2_000), false)
      const hear = (event: Followed) => {
        if (visit === this.#visit && !left.signal.aborted) this.#hear(event)
      }
      try {
        const after = positionFrom(this.#transcript.position ?? '')
        await this.#world.ask((chat) => follow(chat, user, runId, after, hear, left.signal))
      } catch (fault) {
        const code = codeOf(fault)
        if (code === 'deleted' && isBinned()) await this.#waitForThread()
        else if (code !== 'unavailable')
          trace.violate(`a reader of ${user} was told ${code}: ${String(fault)}`)
      }
    }
  }

  /** In the bin; a thread that stays there is not read to its end. */
  async #waitForThread(): Promise<void> {
    await this.#world.pause(500)
    this.#isOver = ++this.#refusals === refusalsMax
  }

  #hear(event: Followed): void {
    const transcript = this.#transcript
    this.#world.trace.tell(`a reader of ${this.#run.user} hears ${event.type}`)
    switch (event.type) {
      case 'run.delta': {
        const { position, type: _, ...entry } = event
        return this.#heard(transcript.take({ ...entry, type: 'delta' }, position))
      }
      case 'run.part': {
        const { position, type: _, ...entry } = event
        return this.#heard(transcript.take({ ...entry, type: 'part' }, position))
      }
      case 'run.rewound':
        return transcript.rewind(event.to)
      case 'run.snapshot':
        return transcript.replace(event.message as unknown as WireMessage, event.position)
      case 'message.finished':
        return this.#finished(event.message)
      case 'run.started':
      case 'run.retrying':
      case 'run.ended':
    }
  }

  #heard(fresh: ReturnType<Transcript['take']>): void {
    if (fresh === 'gap') this.#world.trace.violate(`a reader of ${this.#run.user} was not told something`)
  }

  #finished(message: Message): void {
    this.#isOver = true
    const { trace, ledger } = this.#world
    if (message.status === 'pending') trace.violate(`${message.id} was told as finished, and is pending`)
    if (message.status === 'deleted') return
    const kept = JSON.stringify(message.parts ?? partsOf(message.text))
    const heard = JSON.stringify(this.#transcript.parts)
    // While its thread is in the bin nobody is shown the log of a run; the finished message is told whole.
    const { user, threadId } = this.#run
    const isHidden = ledger.touched.has(message.id) || ledger.binned.has(`${user} ${threadId}`)
    if (kept !== heard && !isHidden)
      trace.violate(`of ${message.id} (${message.status}) a reader heard ${heard}, and ${kept} is kept`)
    ledger.ended(message.id, message.status, kept)
  }
}

const partsOf = (text: string) => (text === '' ? [] : [{ type: 'text', text }])
