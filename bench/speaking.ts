// What the servers' streams are fed with: the same words at the same pace for ours and for the bare server.

import { setTimeout as pause } from 'node:timers/promises'

/** Fifty words a second. */
const paceMs = 20
/** Streams do not speak in the same instant: each belongs to one of these parts of a pace. */
const phases = 10
const thinkMs = 20
/** An answer does not end with its first word; if it did, its end would send the word on. */
const goesOnMs = 60

/** Every word ends in a mark that nothing else on a stream holds, so that what arrived can be counted. */
export const mark = '~'
const word = ` word${mark}`

/** What a message has to ask for: one word that tells when it was said, or words for as long as the clock runs. */
export type Wish = 'tell the time' | 'talk on'

type Stream = { due: number; wake: () => void }

/** One clock for all streams, so that the source of the words costs next to nothing. What a stall held back comes after it. */
export class Speaking {
  said = 0
  readonly #streams: Stream[][] = Array.from({ length: phases }, () => [])
  #joined = 0
  #clock: NodeJS.Timeout | undefined

  start(): void {
    const began = performance.now()
    let ticks = 0
    this.#clock = setInterval(() => {
      const due = Math.floor(((performance.now() - began) * phases) / paceMs)
      while (ticks < due) this.#tick(ticks++ % phases)
    }, paceMs / phases)
  }

  stop(): void {
    clearInterval(this.#clock)
  }

  wordsFor(wish: string): AsyncGenerator<string> {
    return wish === ('tell the time' satisfies Wish) ? time() : this.#talk()
  }

  async *#talk(): AsyncGenerator<string> {
    const stream: Stream = { due: 0, wake: () => {} }
    this.#streams[this.#joined++ % phases]?.push(stream)
    for (;;) {
      if (stream.due === 0) await new Promise<void>((resolve) => (stream.wake = resolve))
      stream.due--
      this.said++
      yield word
    }
  }

  #tick(phase: number): void {
    for (const stream of this.#streams[phase] ?? []) {
      stream.due++
      stream.wake()
    }
  }
}

/** By the clock that all processes of a machine share. */
async function* time(): AsyncGenerator<string> {
  await pause(thinkMs)
  yield `${process.hrtime.bigint()}${mark}`
  await pause(goesOnMs)
}
