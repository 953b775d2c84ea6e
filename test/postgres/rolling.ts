// People who go on talking while the nodes of their house are restarted one after the other: each sends again until it is answered,
// follows their changes, and goes to another node when one is not ready or cuts them off.
import { setTimeout as wait } from 'node:timers/promises'
import { must } from '../../src/core/assert.ts'
import type { Events } from '../http/events.ts'
import type { Visitor } from '../http/visitor.ts'
import type { MortalNode } from './mortal-nodes.ts'

/** Looks who is ready, as what stands before the nodes does. */
export class Balancer implements Disposable {
  readonly #nodes: readonly MortalNode[]
  #ready: readonly MortalNode[]
  #turn = 0
  #isOver = false

  constructor(nodes: readonly MortalNode[]) {
    this.#nodes = nodes
    this.#ready = nodes
    void this.#look()
  }

  next = (user: string): Visitor => {
    const nodes = this.#ready.length > 0 ? this.#ready : this.#nodes
    return must(nodes[this.#turn++ % nodes.length], 'there is a node').as(user)
  };

  [Symbol.dispose](): void {
    this.#isOver = true
  }

  async #look(): Promise<void> {
    while (!this.#isOver) {
      const isReady = await Promise.all(
        this.#nodes.map(({ url }) =>
          fetch(`${url}/readyz`).then(
            async (answer) => (await answer.text()) !== '' && answer.ok,
            () => false,
          ),
        ),
      )
      this.#ready = this.#nodes.filter((_, n) => isReady[n])
      await wait(200)
    }
  }
}

export class Talker {
  readonly user: string
  readonly threadId: string
  /** Ids of messages that were acknowledged. */
  readonly kept = new Set<string>()
  /** How each answer ended. */
  readonly ends: string[] = []
  readonly changes: number[] = []
  retries = 0
  readonly #next: Balancer['next']
  readonly #gone = new AbortController()

  constructor(user: string, next: Balancer['next']) {
    this.user = user
    this.threadId = `thread of ${user}`
    this.#next = next
  }

  async talk(isOver: () => boolean): Promise<void> {
    for (let n = 0; !isOver(); n++) await this.#say(`${this.user} ${n}`)
  }

  /** Until there is as much to hear as was said. */
  async follow(): Promise<void> {
    while (!this.#gone.signal.aborted) {
      const since = String(this.changes.at(-1) ?? 0)
      const stream = await this.#try((visitor) => visitor.stream(`/v1/changes/stream?since=${since}`))
      if (stream) await this.#hear(stream)
    }
  }

  leave(): void {
    this.#gone.abort()
  }

  async #hear(stream: Events): Promise<void> {
    const leave = () => void stream.leave().catch(() => {})
    this.#gone.signal.addEventListener('abort', leave)
    try {
      for await (const { id } of stream) this.changes.push(Number(id))
    } catch {
      this.retries++ // cut in the middle: the next stream goes on after the last that was heard
    } finally {
      this.#gone.signal.removeEventListener('abort', leave)
    }
  }

  /** With the same id until its answer has ended. */
  async #say(id: string): Promise<void> {
    for (;;) {
      const ended = await this.#try(async (visitor) => {
        const said = { id, text: 'count to 40', thread: { title: 'Counting' } }
        const path = `/v1/threads/${encodeURIComponent(this.threadId)}/messages`
        for await (const { event, data } of await visitor.stream(path, said)) {
          if (event === 'message.kept') this.kept.add(id)
          if (event === 'message.finished') return (data['message'] as { status: string }).status
        }
        throw new Error('cut')
      })
      if (ended === null) continue
      this.ends.push(ended)
      return
    }
  }

  async #try<T>(work: (visitor: Visitor) => Promise<T>): Promise<T | null> {
    try {
      return await work(this.#next(this.user))
    } catch {
      this.retries++
      await wait(100)
      return null
    }
  }
}
