// One conversation without doors: a real store in a temporary folder, a model that does what it is told, and the verbs of the chat.
import { randomFillSync } from 'node:crypto'
import type { Chat } from '../../src/chat/chat.ts'
import { type Followed, follow } from '../../src/chat/follow.ts'
import { LiveRuns } from '../../src/chat/live.ts'
import { recover } from '../../src/chat/recover.ts'
import { type Said, say, type SayAsked } from '../../src/chat/say.ts'
import { keepWatch } from '../../src/chat/watch.ts'
import { must } from '../../src/core/assert.ts'
import type { Change } from '../../src/core/change.ts'
import { idSource } from '../../src/core/id.ts'
import type { Message } from '../../src/core/message.ts'
import type { Model, ModelRequest } from '../../src/core/model.ts'
import { type Kept, keptOrThrow } from '../../src/core/receipt.ts'
import type { RunPosition } from '../../src/core/run-log.ts'
import type { Run } from '../../src/core/run.ts'
import type { Store } from '../../src/core/store.ts'
import { titleMark } from '../../src/core/title.ts'
import type { Upkeep } from '../../src/core/upkeep.ts'
import { type Play, says, type Script, type ScriptedModel, scriptedModel } from '../../src/model/scripted.ts'
import { knownPersonas } from '../../src/personas/known.ts'
import { Home } from '../crash/home.ts'

export const ann = 'ann'
export const here = 'thread-1'

export type TalkAsked = Partial<Pick<Chat, 'window' | 'now' | 'personas' | 'pace'>> & {
  /** Stands between the chat and the store. */
  between?: (store: Store) => Store
  /** Asked in the place of the scripted one. */
  asks?: (model: ScriptedModel) => Model
}

export class Talk implements AsyncDisposable {
  readonly chat: Chat
  readonly store: Store
  readonly upkeep: Upkeep
  readonly model: ScriptedModel
  /** What the operator was told. */
  readonly reports: string[]
  readonly #close: () => Promise<void>
  readonly #watches = new DisposableStack()

  constructor(
    parts: Pick<Talk, 'chat' | 'store' | 'upkeep' | 'model' | 'reports'>,
    close: () => Promise<void>,
  ) {
    this.chat = parts.chat
    this.store = parts.store
    this.upkeep = parts.upkeep
    this.model = parts.model
    this.reports = parts.reports
    this.#close = close
  }

  /** Says something of Ann's that is to be answered. */
  say = (text: string, besides: Partial<SayAsked> = {}, user = ann): Promise<Said> =>
    say(this.chat, user, { threadId: here, thread: {}, words: { text }, reply: true, ...besides })

  /** Says it and waits for the end of the answer. */
  async ask(text: string, besides: Partial<SayAsked> = {}): Promise<Message> {
    const said = await this.say(text, besides)
    await said.live?.over
    return this.reply(said)
  }

  async commit(...changes: Change[]): Promise<Kept> {
    return keptOrThrow(await this.store.commit({ user: ann, at: Date.now(), changes }))
  }

  async reply(said: Said): Promise<Message> {
    const { threadId, replyId } = await this.run(said)
    return this.message(replyId, threadId)
  }

  async message(id: string, threadId = here): Promise<Message> {
    return must(await this.store.message(ann, threadId, id), `the message ${id} is there`)
  }

  async run({ kept }: Pick<Said, 'kept'>): Promise<Run> {
    const { runId } = must(kept.run, 'what was said is answered')
    return must(await this.store.run(ann, runId), 'the run is there')
  }

  /** Everything that somebody hears who follows a run from a position to its end. */
  heard({ kept }: Said, after: RunPosition | null = null): Promise<Followed[]> {
    return this.heardOf(must(kept.run, 'what was said is answered').runId, after)
  }

  async heardOf(runId: string, after: RunPosition | null = null): Promise<Followed[]> {
    const events: Followed[] = []
    await follow(
      this.chat,
      ann,
      runId,
      after,
      (event) => void events.push(event),
      new AbortController().signal,
    )
    return events
  }

  allOver = async (): Promise<void> => void (await Promise.all(this.chat.live.all().map(({ over }) => over)))

  recover = (): Promise<number> => recover(this.chat, this.upkeep)

  /** As a house does that is alone with its store, until the talk is over. */
  async watch(): Promise<Disposable> {
    return this.#watches.use(await keepWatch(this.chat, { upkeep: this.upkeep, isShared: false }))
  }

  openRuns = async (): Promise<number> => (await this.upkeep.openRuns(10_000)).length

  async [Symbol.asyncDispose](): Promise<void> {
    for (const run of this.chat.live.all()) run.stop('shutdown')
    await this.allOver()
    this.#watches.dispose()
    await this.#close()
  }
}

/** Titles are asked for beside the play, so a script counts answers alone. */
export async function openTalk(script: Script, asked: TalkAsked = {}): Promise<Talk> {
  const home = new Home()
  const store = await home.open()
  const model = scriptedModel(script)
  const reports: string[] = []
  const { between, asks = withoutTitles, ...besides } = asked
  const chat: Chat = {
    store: between?.(store) ?? store,
    model: asks(model),
    personas: knownPersonas(),
    window: { messages: 20, bytes: 65_536 },
    live: new LiveRuns(),
    owner: 'node-1',
    now: Date.now,
    newId: idSource(Date.now, (bytes) => void randomFillSync(bytes)),
    report: (what, fault) => void reports.push(`${what}: ${String(fault)}`),
    ...besides,
  }
  return new Talk({ chat, store, upkeep: store.upkeep, model, reports }, async () => {
    await store[Symbol.asyncDispose]()
    home[Symbol.dispose]()
  })
}

export const isTitleRequest = ({ instructions }: ModelRequest): boolean => instructions.startsWith(titleMark)

function withoutTitles(model: ScriptedModel): Model {
  const { provider, name } = model
  const nameless = scriptedModel(() => says(''))
  return {
    provider,
    name,
    stream: (request) => (isTitleRequest(request) ? nameless : model).stream(request),
  }
}

/** The words of an answer, as its deltas give them. */
export const wordsIn = (events: readonly Followed[]): string =>
  events.flatMap((event) => (event.type === 'run.delta' ? [event.text] : [])).join('')

export const namesOf = (events: readonly Followed[]): string[] => events.map(({ type }) => type)

/** A play in steps of so many words of one length. */
export const spoken = (count: number, word: string): Play =>
  says(...Array.from({ length: count }, () => word))

export const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

/** Looks again and again until it is so. */
export async function until(so: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> {
  for (const began = performance.now(); !(await so()); await pause(5))
    if (performance.now() - began > withinMs) throw new Error(`It was not so within ${withinMs} ms.`)
}
