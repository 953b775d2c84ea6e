// Reads and commits that overlap as it comes, and of each read whether it shows anything that is older than it may be.
import { must } from '../../src/core/assert.ts'
import type { Change } from '../../src/core/change.ts'
import type { Store } from '../../src/core/store.ts'
import { pause } from '../chat/talk.ts'
import { type Random, randomFrom } from '../random.ts'
import { created, renamed, said } from './commits.ts'
import { keeping } from './recent-world.ts'

export type OrdealAsked = {
  seed: number
  user: string
  steps?: number
  /** How old what another node committed may be; what this one committed may not be old at all. */
  othersMs?: number
  /** Of the reads, those that name the last position. */
  named?: number
}

/** A store whose reads are seen some time before they are answered. */
export function slowly(store: Store, ms: () => number): Store {
  const late = async <T>(read: Promise<T>) => {
    const value = await read
    await pause(ms())
    return value
  }
  return {
    ...store,
    thread: (user, threadId) => late(store.thread(user, threadId)),
    messagesJson: (user, threadId, asked) => late(store.messagesJson(user, threadId, asked)),
  }
}

type Told = { node: number; threadId: string; title: string; at: number; position: string }

/** In words, what was seen that should not have been seen any more. */
export async function olderThanAllowed(nodes: readonly Store[], asked: OrdealAsked): Promise<string[]> {
  const ordeal = new Ordeal(nodes, asked)
  await ordeal.begin()
  const { steps = 400 } = asked
  await Promise.all(threadIds.map((threadId) => ordeal.write(threadId, steps / 8)))
  return ordeal.found
}

const threadIds = ['t0', 't1', 't2']

class Ordeal {
  readonly found: string[] = []
  readonly #nodes: readonly Store[]
  readonly #asked: OrdealAsked
  readonly #random: Random
  readonly #told: Told[] = []
  #number = 0

  constructor(nodes: readonly Store[], asked: OrdealAsked) {
    this.#nodes = nodes
    this.#asked = asked
    this.#random = randomFrom(asked.seed)
  }

  async begin(): Promise<void> {
    const first = must(this.#nodes[0], 'there is a node')
    for (const id of threadIds)
      await keeping(first, this.#asked.user)(created(id, { title: '0' }), said(id, '0'))
  }

  /** One writer to a thread, so that what was told last is what holds; and readers all the while. */
  async write(threadId: string, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const reads = Array.from({ length: 1 + this.#random.int(6) }, () => this.#readSoon())
      if (this.#random.chance(0.7)) await this.#commit(threadId)
      await Promise.all(reads)
    }
  }

  async #commit(threadId: string): Promise<void> {
    const node = this.#random.int(this.#nodes.length)
    const title = String(++this.#number)
    const changes: Change[] = this.#random.chance(0.5) ? [renamed(threadId, title), said(threadId, title)] : [said(threadId, title), renamed(threadId, title)] // prettier-ignore
    const { receipt } = await keeping(this.#node(node), this.#asked.user)(...changes)
    this.#told.push({ node, threadId, title, at: performance.now(), position: receipt.position })
  }

  async #readSoon(): Promise<void> {
    await pause(this.#random.int(6))
    const node = this.#random.int(this.#nodes.length)
    const isNamed = this.#random.chance(this.#asked.named ?? 0)
    const store = this.#node(node)
    const began = performance.now()
    const { user, othersMs = 0 } = this.#asked
    const last = this.#told.at(-1)
    const must = this.#told.filter(
      (told) => told.node === node || told.at < began - othersMs || (isNamed && told === last),
    )
    if (isNamed && last) {
      await store.catchUp?.()
      store.reached?.(user, last.position)
    }
    for (const threadId of threadIds) {
      const least = Math.max(
        0,
        ...must.filter((told) => told.threadId === threadId).map(({ title }) => Number(title)),
      )
      if (this.#random.chance(0.5)) this.#judge(node, threadId, least, await titleIn(store, user, threadId))
      else this.#judge(node, threadId, least, await newestIn(store, user, threadId))
    }
  }

  #judge(node: number, threadId: string, least: number, seen: number): void {
    if (seen < least)
      this.found.push(`Node ${node} showed ${threadId} as of ${seen}, and should have known of ${least}.`)
  }

  #node(node: number): Store {
    return must(this.#nodes[node], 'there is a node of this number')
  }
}

const titleIn = async (store: Store, user: string, threadId: string): Promise<number> =>
  Number((await store.thread(user, threadId))?.title)

async function newestIn(store: Store, user: string, threadId: string): Promise<number> {
  const page = must(await store.messagesJson(user, threadId, { limit: 5 }), 'the thread is there')
  return Number((JSON.parse(page.json) as { text: string }[]).at(-1)?.text)
}
