// What a device has seen of its user's things, brought up to date by what changed since it last looked.
import type { Chat } from '../../../src/chat/chat.ts'
import { must } from '../../../src/core/assert.ts'
import type { Store } from '../../../src/core/store.ts'

const changesAtOnce = 20

export class View {
  readonly #user: string
  readonly #messages = new Map<string, string>()
  readonly #threads = new Map<string, string>()
  readonly #newest = new Map<string, number>()
  #since = 0

  constructor(user: string) {
    this.#user = user
  }

  /** True when there was nothing new. */
  async sync({ store }: Pick<Chat, 'store'>): Promise<boolean> {
    const rows = must(await store.changes(this.#user, this.#since, changesAtOnce), 'all changes are held')
    for (const { kind, threadId, messageSeq, changeSeq } of rows) {
      if (kind === 'thread.restored') this.#newest.delete(threadId ?? '')
      if (threadId !== null) await this.#look(store, threadId, messageSeq)
      this.#since = changeSeq
    }
    return rows.length === 0
  }

  async #look(store: Store, threadId: string, seq: number | null): Promise<void> {
    const thread = await store.thread(this.#user, threadId)
    this.#threads.set(threadId, JSON.stringify([thread?.title, thread?.headId, thread?.messageCount]))
    const newest = this.#newest.get(threadId) ?? 0
    if (seq !== null && seq <= newest) await this.#read(store, threadId, seq - 1, 1)
    await this.#read(store, threadId, newest, 200)
  }

  /** One change may have brought several messages, and names one. */
  async #read(store: Store, threadId: string, after: number, limit: number): Promise<void> {
    const page = await store.messages(this.#user, threadId, { limit, after, branch: 'all' })
    for (const { id, seq, status, text } of page?.messages ?? []) {
      this.#messages.set(id, `${status} ${text}`)
      this.#newest.set(threadId, Math.max(seq, this.#newest.get(threadId) ?? 0))
    }
  }

  /** Everything this user has, read anew, is what this device has seen. */
  async faults(store: Store): Promise<string[]> {
    const faults: string[] = []
    for await (const record of store.everything(this.#user)) {
      if (record.type === 'message') {
        const { id, status, text } = record.message
        const seen = this.#messages.get(id)
        if (seen !== `${status} ${text}`)
          faults.push(`a device of ${this.#user} sees ${id} as "${seen}", and it is "${status} ${text}"`)
      } else if (record.type === 'thread') {
        const { id, title, headId, messageCount } = record.thread
        const seen = this.#threads.get(id)
        const is = JSON.stringify([title, headId, messageCount])
        if (seen !== is)
          faults.push(`a device of ${this.#user} sees the thread ${id} as ${seen}, and it is ${is}`)
      }
    }
    return faults
  }
}
