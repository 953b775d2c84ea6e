// Answers that are being written, each heard only by whoever draws it: a word that comes draws one block of one message anew.

import type { Following, Message, Part } from '../../src/client/client.ts'

export type LiveAnswer = {
  readonly parts: readonly Part[]
  /** Why the model is asked again, until it says its first word. */
  readonly retrying: string | null
}

type Listener = () => void

const nothingYet: LiveAnswer = { parts: [], retrying: null }

/** Words come faster than a screen is drawn. */
const nextFrame = (draw: () => void): void => {
  if (globalThis.document?.visibilityState === 'visible') requestAnimationFrame(draw)
  else setTimeout(draw, 100)
}

export class LiveAnswers {
  readonly #now = new Map<string, LiveAnswer>()
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #soon: (draw: () => void) => void

  constructor(soon = nextFrame) {
    this.#soon = soon
  }

  now(replyId: string): LiveAnswer | undefined {
    return this.#now.get(replyId)
  }

  get ids(): string[] {
    return [...this.#now.keys()]
  }

  on(replyId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(replyId) ?? new Set()
    this.#listeners.set(replyId, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(replyId)
    }
  }

  /** Resolves with the finished message, when whoever draws it may stop listening. */
  async follow(replyId: string, following: Following): Promise<Message> {
    let retrying: string | null = null
    let isDue = false
    const draw = () => {
      isDue = false
      if (this.#now.has(replyId)) this.#tell(replyId, { parts: following.parts, retrying })
    }
    this.#tell(replyId, { ...nothingYet, parts: following.parts })
    try {
      for await (const event of following) {
        if (event.type === 'run.retrying') retrying = event.reason
        if (event.type === 'run.delta') retrying = null
        if (!isDue) this.#soon(draw)
        isDue = true
      }
      return await following.finished
    } finally {
      this.#now.delete(replyId)
    }
  }

  #tell(replyId: string, now: LiveAnswer): void {
    this.#now.set(replyId, now)
    for (const listener of this.#listeners.get(replyId) ?? []) listener()
  }
}
