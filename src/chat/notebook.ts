// Writes a run down while it speaks: at the checkpoints of its limits, and at the end whole. What was written survives any crash.

import { must } from '../core/assert.ts'
import { ThreadkeepError } from '../core/errors.ts'
import { type CanonicalJson, ownJson } from '../core/json.ts'
import { keptOrThrow } from '../core/receipt.ts'
import type { Change, RunProgressed } from '../core/change.ts'
import type { Part } from '../core/part.ts'
import type { Ending } from './answer.ts'
import type { Chat } from './chat.ts'
import type { LiveRun } from './live.ts'

const lookMs = 100
const endRetries = 8

/** `length` and `bytes` are how far the log is with it. */
type Batch = { change: RunProgressed; length: number; bytes: number }

export class Notebook {
  readonly #chat: Chat
  readonly #live: LiveRun
  readonly #timer: NodeJS.Timeout
  #written = 0
  #bytesWritten = 0
  #ordinal = 0
  /** A batch that may have been kept although no answer came: it goes out again as it was, before anything new. */
  #unsure: Batch | null = null
  #writing: Promise<void> = Promise.resolve()
  #busy = false
  #writtenAt: number

  constructor(chat: Chat, live: LiveRun) {
    this.#chat = chat
    this.#live = live
    this.#writtenAt = chat.now()
    this.#timer = setInterval(() => this.#look(), lookMs)
    this.#timer.unref()
  }

  /** The whole answer and how it ended, durable. Tried again while the store is away, because an answer that was heard is to be kept. */
  async end(ending: Ending): Promise<void> {
    this.close()
    await this.#writing
    for (let attempt = 1; ; attempt++) {
      try {
        const rest = this.#rest().map(({ change }) => change)
        keptOrThrow(await this.#commit(...rest, endedChange(this.#live, ending)))
        return
      } catch (fault) {
        if (!(fault instanceof ThreadkeepError)) throw fault
        if (fault.code === 'run_over' && attempt > 1) return this.#live.lose() // our end, or one that came before it
        if (fault.code !== 'unavailable' || attempt > endRetries || this.#live.isLost) throw fault
        await new Promise((resolve) => setTimeout(resolve, 250 * attempt))
      }
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const { log, limits } = this.#live
    if (this.#busy || this.#live.isLost || log.length === this.#written) return
    // Before it is too late at the next look. A clock may be set back: then it is time, too.
    const dueByTime = Math.abs(this.#chat.now() - this.#writtenAt) >= limits.checkpointMs - lookMs
    if (!dueByTime && log.position.bytes - this.#bytesWritten < limits.checkpointBytes) return
    this.#busy = true
    this.#writing = this.#write().finally(() => (this.#busy = false))
  }

  /** What has been said and is not known to be written, as batches of the log. */
  #rest(): Batch[] {
    const { log, ids } = this.#live
    const batches = this.#unsure ? [this.#unsure] : []
    const from = this.#unsure?.length ?? this.#written
    if (log.length === from) return batches
    const { runId, epoch } = ids
    const { bytes } = log.position
    const events = ownJson(log.entriesFrom(from))
    const ordinal = this.#ordinal + batches.length
    const change = { kind: 'run.progressed' as const, runId, epoch, ordinal, position: bytes, events }
    return [...batches, { change, length: log.length, bytes }]
  }

  async #write(): Promise<void> {
    const began = this.#chat.now()
    try {
      for (const batch of this.#rest()) {
        this.#unsure = batch
        keptOrThrow(await this.#commit(batch.change))
        this.#isWritten(batch)
      }
      // What is said while it is written waits since then, and then for a write that takes as long.
      this.#writtenAt = began - (this.#chat.now() - began)
    } catch (fault) {
      if (fault instanceof ThreadkeepError && fault.code === 'run_over') this.#live.lose()
      this.#chat.report('a part of an answer was not written down yet', fault)
    }
  }

  #isWritten({ length, bytes }: Batch): void {
    this.#written = length
    this.#bytesWritten = bytes
    this.#ordinal++
    this.#unsure = null
  }

  #commit(...changes: Change[]) {
    return this.#chat.store.commit({ user: this.#live.ids.user, at: this.#chat.now(), changes })
  }
}

function endedChange({ ids, log, hasEscapes }: LiveRun, { status, error, usage }: Ending): Change {
  const metadata = {
    ...(hasEscapes ? { escaped: true } : null),
    ...(status === 'stopped' && error?.message ? { ending: error } : null),
  }
  const end = {
    kind: 'run.ended' as const,
    runId: ids.runId,
    epoch: ids.epoch,
    status,
    ...jsonOf('error', error),
    ...jsonOf('usage', usage),
    ...jsonOf('metadata', Object.keys(metadata).length > 0 ? metadata : null),
  }
  return { ...end, ...wordsOf(log.parts()) }
}

/** An answer without words is an empty text, not an empty list. */
export function wordsOf(parts: Part[]): { text: string } | { parts: Part[] } {
  if (parts.length === 0) return { text: '' }
  const only = must(parts[0], 'a list that is not empty has a first')
  return parts.length === 1 && only.type === 'text' && 'text' in only
    ? { text: String(only.text) }
    : { parts }
}

function jsonOf<K extends 'error' | 'usage' | 'metadata'>(
  key: K,
  value: unknown,
): { [key in K]?: CanonicalJson } {
  return value === null || value === undefined
    ? {}
    : ({ [key]: ownJson(value) } as { [key in K]: CanonicalJson })
}
