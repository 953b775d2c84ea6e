// One thread as this page holds it: what is shown of it, kept true by reading, following and listening for changes.

import { ThreadkeepError } from '../../src/core/errors.ts'
import type { Change, Client, Following, Message, MessagesAsked } from '../../src/client/client.ts'
import { firstSince } from './first-of-day.ts'
import type { LiveAnswers } from './live-answers.ts'
import type { Outbox } from './outbox.ts'
import { emptyWindow, spliced, windowOf, withMessage, withNewer, withOlder } from './path-window.ts'
import { blankView, pendingOf, type ThreadView } from './thread-view.ts'

export const pageRows = 50

export class Conversation {
  readonly threadId: string
  readonly client: Client
  readonly outbox: Outbox
  readonly live: LiveAnswers
  readonly #listeners = new Set<() => void>()
  #view: ThreadView
  #watching = new AbortController()
  #refreshing: Promise<void> | null = null
  #isStale = false

  constructor(threadId: string, client: Client, outbox: Outbox, live: LiveAnswers) {
    this.threadId = threadId
    this.client = client
    this.outbox = outbox
    this.live = live
    this.#view = { ...blankView, unsent: outbox.of(threadId) }
    outbox.on(() => this.#takeUnsent())
  }

  get view(): ThreadView {
    return this.#view
  }

  readonly on = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  change(patch: Partial<ThreadView>): void {
    this.#view = { ...this.#view, ...patch }
    for (const listener of this.#listeners) listener()
  }

  /** A thread that was named here a moment ago is nowhere else yet: there is nothing to read. */
  begin(): void {
    this.change({ phase: 'ready', fault: null })
  }

  /** The newest page, or the one around a message. What was shown stays until the new is there. */
  async open(around: string | null = null): Promise<void> {
    this.#watching = this.#watching.signal.aborted ? new AbortController() : this.#watching
    if (this.#view.phase === 'failed') this.change({ phase: 'loading' })
    try {
      if (around === null) await this.#newest()
      else await this.show(around)
    } catch (fault) {
      this.#trouble(fault)
    }
  }

  /** Looks away: answers go on in the house, and are taken up again at the next look. */
  leave(): void {
    this.#watching.abort()
  }

  async older(): Promise<void> {
    const [first] = this.#view.window.messages
    if (!first || !this.#view.window.hasMore.before) return
    const page = await this.#page({ before: first.seq })
    this.change({ window: withOlder(this.#view.window, page) })
  }

  async newer(): Promise<void> {
    const last = this.#view.window.messages.at(-1)
    if (!last || !this.#view.window.hasMore.after) return
    const page = await this.#page({ after: last.seq })
    this.change({ window: withNewer(this.#view.window, page) })
    this.follow()
  }

  async toNewest(): Promise<void> {
    if (this.#view.window.hasMore.after) await this.#newest()
  }

  async toTop(): Promise<void> {
    if (!this.#view.window.hasMore.before) return
    this.change({ window: windowOf(await this.#page({ after: 0 })) })
  }

  /** Shows the first message of a day or after it (else the newest), and says which that is. */
  async toDay(day: string): Promise<string | null> {
    const newest = (await this.#page({ limit: 1 })).messages.at(-1)
    if (!newest) return null
    const look = async (seq: number) => (await this.#page({ after: seq - 1, limit: 1 })).messages[0] ?? null
    const { id } = (await firstSince(look, newest.seq, new Date(`${day}T00:00`).getTime())) ?? newest
    if (!this.#view.window.messages.some((message) => message.id === id)) await this.show(id)
    return id
  }

  /** The page around a message, on its own branch. */
  async show(messageId: string): Promise<void> {
    const { client, threadId } = this
    const at = { branch: messageId, around: messageId, limit: pageRows }
    const [page, end] = await Promise.all([
      client.messages.page(threadId, at),
      client.messages.page(threadId, { branch: messageId, limit: 1 }),
    ])
    const leafId = end.messages.at(-1)?.id ?? messageId
    const reading = leafId === page.headId ? null : { through: messageId, leafId }
    const window = spliced(this.#view.window, page)
    this.change({ phase: 'ready', fault: null, headId: page.headId, reading, window })
    this.follow()
  }

  /** Something happened to the thread; many things at once are looked up once. */
  async refresh(): Promise<void> {
    this.#isStale = true
    this.#refreshing ??= this.#catchUp().finally(() => (this.#refreshing = null))
    return this.#refreshing
  }

  /** What the house says of a change, if it is not known here already. */
  heard({ kind, messageSeq }: Change): void {
    if (kind === 'thread.binned' || kind === 'thread.forgotten') return this.change({ phase: 'binned' })
    const known = this.#view.window.messages.find(({ seq }) => seq === messageSeq)
    if ((kind === 'message.said' || kind === 'run.started') && known) return
    if (kind === 'run.ended' && known && this.live.now(known.id)) return
    const first = this.#view.window.messages.at(-pageRows)
    const isOlder = messageSeq !== null && first !== undefined && messageSeq < first.seq
    void (known && isOlder ? this.#reread(known) : this.refresh()).catch((fault: unknown) =>
      this.#trouble(fault),
    )
  }

  put(message: Message): void {
    this.change({ window: withMessage(this.#view.window, message) })
  }

  /** Listens to every answer on the page that is still being given. */
  follow(): void {
    for (const message of pendingOf(this.#view)) {
      const { id, runId } = message
      if (runId === null || this.live.now(id)) continue
      const { signal } = this.#watching
      void this.listen(id, this.client.follow(this.threadId, runId, { message, signal }))
    }
  }

  async listen(replyId: string, following: Following): Promise<void> {
    const { signal } = this.#watching
    try {
      this.put(await this.live.follow(replyId, following))
    } catch (fault) {
      if (signal.aborted) return
      this.#trouble(fault)
    }
  }

  get watching(): AbortSignal {
    return this.#watching.signal
  }

  async #newest(): Promise<void> {
    const page = await this.#page({})
    const { headId } = page
    const window = spliced(this.#view.window, page)
    this.change({ phase: 'ready', fault: null, isAway: false, headId, window })
    this.follow()
  }

  async #catchUp(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      const page = await this.#page({})
      const { window, reading } = this.#view
      // Whoever reads far back stays there; what is new is below.
      const isFarBack =
        window.hasMore.after && !page.messages.some(({ id }) => id === window.messages.at(-1)?.id)
      this.change({
        phase: 'ready',
        headId: page.headId,
        isAway: false,
        window: isFarBack ? window : spliced(window, page),
        reading: reading && { ...reading, leafId: page.messages.at(-1)?.id ?? reading.leafId },
      })
      this.follow()
    }
  }

  async #reread({ seq }: Message): Promise<void> {
    const { messages } = await this.#page({ before: seq + 1, limit: 1 })
    for (const message of messages) this.put(message)
  }

  #page(asked: MessagesAsked) {
    const { reading } = this.#view
    const branch = reading ? { branch: reading.through } : {}
    return this.client.messages.page(this.threadId, { limit: pageRows, ...branch, ...asked })
  }

  #takeUnsent(): void {
    const unsent = this.outbox.of(this.threadId)
    const { unsent: known } = this.#view
    const isSame = unsent.length === known.length && unsent.every((one, index) => one === known[index])
    if (!isSame) this.change({ unsent })
  }

  #trouble(fault: unknown): void {
    if (!(fault instanceof ThreadkeepError)) throw fault
    const { code, message, hint } = fault
    if (code === 'not_found' && this.#view.unsent.some(({ isFirst }) => isFirst)) return this.begin()
    if (code === 'not_found') return this.change({ phase: 'missing', window: emptyWindow })
    if (code === 'deleted') return this.change({ phase: 'binned', window: emptyWindow })
    const isKnown = this.#view.window.messages.length > 0
    this.change(isKnown ? { isAway: true } : { phase: 'failed', fault: { message, hint } })
  }
}
