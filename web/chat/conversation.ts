// One thread as this page holds it: what is shown of it, kept true by reading, following and listening for changes.

import { ThreadkeepError } from '../../src/core/errors.ts'
import type {
  Change,
  Client,
  Following,
  Message,
  MessagePage,
  MessagesAsked,
} from '../../src/client/client.ts'
import type { LiveAnswers } from './live-answers.ts'
import type { Outbox } from './outbox.ts'
import { emptyWindow, type PathWindow, spliced, windowOf, withMessage } from './path-window.ts'
import { pageRows, show } from './reading.ts'
import { type RememberedPage, repaired } from './remembered-page.ts'
import type { StrayList } from './stray-list.ts'
import { recallStrays, settleShown } from './straying.ts'
import { blankView, pendingOf, type ThreadView } from './thread-view.ts'
import type { Unsent } from './unsent.ts'

/** What all conversations of a page share. */
export type Shared = {
  client: Client
  outbox: Outbox
  live: LiveAnswers
  strayList: StrayList
  /** The newest page of a thread as this browser remembers it. */
  recallPage: (threadId: string) => Promise<RememberedPage | null>
}

/** So long is drawn what another tab took from the outbox, if the house does not say what became of it. */
const lingerMsMax = 2_000

export class Conversation {
  readonly threadId: string
  readonly client: Client
  readonly outbox: Outbox
  readonly live: LiveAnswers
  readonly strayList: StrayList
  readonly #recallPage: Shared['recallPage']
  readonly #listeners = new Set<() => void>()
  #view: ThreadView
  #watching = new AbortController()
  #refreshing: Promise<void> | null = null
  #isStale = false

  constructor(threadId: string, { client, outbox, live, strayList, recallPage }: Shared) {
    this.threadId = threadId
    this.client = client
    this.outbox = outbox
    this.live = live
    this.strayList = strayList
    this.#recallPage = recallPage
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
      if (around === null) await Promise.all([this.#recall(), this.newest()])
      else await show(this, around)
      await recallStrays(this)
    } catch (fault) {
      // What waits on this device may be all that there is of it.
      await this.outbox.ready
      this.#trouble(fault)
    }
  }

  /** Looks away: answers go on in the house, and are taken up again at the next look. */
  leave(): void {
    this.#watching.abort()
  }

  async newest(): Promise<void> {
    const page = await this.page({})
    const { headId } = page
    const window = this.joined(page)
    this.change({ phase: 'ready', fault: null, isAway: false, readAt: Date.now(), headId, window })
    settleShown(this)
    this.follow()
  }

  /** What is here together with a page of the house; what was only remembered gives way to it. */
  joined(page: MessagePage): PathWindow {
    const { phase, window } = this.#view
    return phase === 'loading' ? repaired(window, page) : spliced(window, page)
  }

  /** Something happened to the thread; many things at once are looked up once. */
  async refresh(): Promise<void> {
    this.#isStale = true
    this.#refreshing ??= this.#catchUp()
      .catch((fault: unknown) => this.#trouble(fault))
      .finally(() => (this.#refreshing = null))
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
    if (known && isOlder) void this.#reread(known).catch((fault: unknown) => this.#trouble(fault))
    else void this.refresh()
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
      if (!(fault instanceof ThreadkeepError)) throw fault
      // The words so far stay; whether there are more is learned at the next look.
      this.change({ isAway: true })
    }
  }

  get watching(): AbortSignal {
    return this.#watching.signal
  }

  /** Drawn at once, and only until the house has said what there is. */
  async #recall(): Promise<void> {
    const isBlank = () => this.#view.phase === 'loading' && this.#view.window.messages.length === 0
    if (!isBlank()) return
    const page = await this.#recallPage(this.threadId)
    if (page && isBlank())
      this.change({ window: windowOf(page), headId: page.headId, readAt: page.readAt ?? null })
  }

  async #catchUp(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      const { reading } = this.#view
      const page = await this.page({})
      // Somebody has gone to another branch meanwhile: this page is of the one before.
      if (this.#view.reading?.through !== reading?.through) {
        this.#isStale = true
        continue
      }
      const { window } = this.#view
      // Whoever reads far back stays there; what is new is below.
      const isFarBack =
        window.hasMore.after && !page.messages.some(({ id }) => id === window.messages.at(-1)?.id)
      this.change({
        phase: 'ready',
        headId: page.headId,
        isAway: false,
        readAt: Date.now(),
        window: isFarBack ? window : this.joined(page),
        reading: reading && { ...reading, leafId: page.messages.at(-1)?.id ?? reading.leafId },
      })
      settleShown(this)
      this.follow()
    }
  }

  async #reread({ seq }: Message): Promise<void> {
    const { messages } = await this.page({ before: seq + 1, limit: 1 })
    for (const message of messages) this.put(message)
  }

  /** On the branch that is looked at. */
  page(asked: MessagesAsked): Promise<MessagePage> {
    const { reading } = this.#view
    const branch = reading ? { branch: reading.through } : {}
    return this.client.messages.page(this.threadId, { limit: pageRows, ...branch, ...asked })
  }

  #takeUnsent(): void {
    const unsent = this.outbox.of(this.threadId)
    const { unsent: known } = this.#view
    const isSame = unsent.length === known.length && unsent.every((one, index) => one === known[index])
    if (isSame) return
    const left = known.filter((one) => this.#isUnaccounted(one, unsent))
    this.change({ unsent: [...left, ...unsent] })
    if (left.length === 0) return
    // Another tab has brought it to the house: it stands here until it is seen there, so that no word is gone for a moment.
    const settle = () => this.change({ unsent: this.outbox.of(this.threadId) })
    void Promise.race([this.refresh(), new Promise((resolve) => setTimeout(resolve, lingerMsMax))]).then(
      settle,
    )
  }

  #isUnaccounted({ id }: Unsent, unsent: readonly Unsent[]): boolean {
    if (unsent.some((other) => other.id === id) || this.outbox.wasTakenBack(id)) return false
    return !this.#view.window.messages.some((message) => message.id === id)
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
