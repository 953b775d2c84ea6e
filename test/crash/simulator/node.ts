// One life of a node: the real chat, its watch, and on some seeds a real spool before the store.
import type { Chat } from '../../../src/chat/chat.ts'
import { usualLimits } from '../../../src/chat/limits.ts'
import { LiveRuns } from '../../../src/chat/live.ts'
import { settleSaid } from '../../../src/chat/said-later.ts'
import { keepWatch } from '../../../src/chat/watch.ts'
import { ThreadkeepError } from '../../../src/core/errors.ts'
import { idSource } from '../../../src/core/id.ts'
import { ModelError } from '../../../src/core/model.ts'
import type { Store } from '../../../src/core/store.ts'
import type { ScriptedModel } from '../../../src/model/scripted.ts'
import { knownPersonas } from '../../../src/personas/known.ts'
import { behindSpool } from '../../../src/store/spool/open.ts'
import { journalFile } from '../../../src/store/spool/spool.ts'
import type { Executor } from './executor.ts'
import { Life } from './life.ts'
import { Line } from './line.ts'
import { provider } from './provider.ts'
import type { StoreProcess } from './store-process.ts'

const personas = knownPersonas()
const pace = { leaseMs: 2_000, renewMs: 600, sweepMs: 1_000, stopPollMs: 200, followPollMs: 150 }
const limits = { ...usualLimits, runMs: 15_000, checkpointMs: 500, checkpointBytes: 60 }

export type NodeAsked = {
  name: string
  folder: string
  isShared: boolean
  hasSpool: boolean
  store: () => StoreProcess | null
}

export class Node {
  readonly life: Life
  readonly line: Line
  readonly journal: string
  /** Null until the node has started. */
  chat: Chat | null = null
  spoken: ScriptedModel | null = null
  readonly #executor: Executor
  readonly #asked: NodeAsked
  #waiting: (() => number) | null = null

  constructor(executor: Executor, asked: NodeAsked) {
    this.#executor = executor
    this.#asked = asked
    this.life = new Life(asked.name)
    this.line = new Line(executor, this.life, asked.store)
    this.journal = journalFile(asked.folder)
  }

  /** Answers nobody, and nothing waits in its spool. */
  get isAtRest(): boolean {
    return this.chat?.live.size === 0 && (this.#waiting?.() ?? 0) === 0
  }

  /** As `server.ts` puts it together. */
  async start(): Promise<void> {
    const { isShared, hasSpool, folder } = this.#asked
    const { random, trace, clock } = this.#executor
    const behind = hasSpool ? await behindSpool(this.line.store, { folder }) : null
    const { model, spoken } = provider(random, trace)
    const newId = idSource(
      () => clock.wall,
      (bytes) => {
        for (let i = 0; i < bytes.length; i++) bytes[i] = random.int(256)
      },
    )
    const store: Store = behind ?? this.line.store
    const live = new LiveRuns(limits)
    const window = { messages: 12, bytes: 4_096 }
    const chat = {
      store,
      model,
      personas,
      window,
      live,
      owner: newId(),
      now: Date.now,
      newId,
      pace,
      report: this.#told,
    }
    await keepWatch(chat, { upkeep: this.line.upkeep, isShared })
    const settle = (commit: Parameters<typeof settleSaid>[1]) => settleSaid(chat, commit)
    behind?.spool?.begin({ settle, log: ({ what }) => trace.tell(`${this.life.name}: ${what}`) })
    if (behind?.spool) {
      const { spool } = behind
      this.#waiting = () => spool.gauges()['spool_records'] ?? 0
    }
    this.spoken = spoken
    this.chat = chat
  }

  /** What went wrong where nobody waits is expected only of the store and of the provider. */
  #told = (what: string, fault: unknown): void => {
    const { trace } = this.#executor
    const isExpected =
      fault instanceof ModelError || (fault instanceof ThreadkeepError && fault.code !== 'internal')
    if (isExpected) trace.tell(`${this.life.name}: ${what}`)
    else trace.violate(`${what}: ${fault instanceof Error ? fault.stack : String(fault)}`)
  }
}
