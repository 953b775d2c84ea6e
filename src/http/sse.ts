// Server-sent events: framing, heartbeat, abort, and the one rule for readers that are too slow. Routes only say what happened.

export type StreamEvent = { event: string; id?: string; data: unknown }
export type Send = (event: StreamEvent) => void

export type StreamOptions = {
  heartbeatMs: number
  waitingBytesMax: number
  /** Ends the stream from our side. */
  closing: AbortSignal | undefined
  /** Called once if the source fails after the stream began; the reader sees it cut. */
  report: (fault: unknown) => void
}

/** `follow` sends until it has said everything, or its signal aborts because the reader left, fell behind, or the house closes. */
export function eventStream(
  follow: (send: Send, signal: AbortSignal) => Promise<void>,
  { heartbeatMs, waitingBytesMax, closing, report }: StreamOptions,
): ReadableStream<Uint8Array> {
  const over = new AbortController()
  const end = () => over.abort()
  const outbox = new Outbox(waitingBytesMax, end)
  const close = () => {
    outbox.put(': this node closes; go on at another\n\n')
    end()
  }
  const beat = setInterval(() => outbox.put(': still here\n\n'), heartbeatMs)
  closing?.addEventListener('abort', close)
  if (closing?.aborted) close()
  const done = follow((event) => outbox.put(framed(event)), over.signal)
    .catch((fault: unknown) => {
      if (!over.signal.aborted) report(fault)
    })
    .finally(() => {
      clearInterval(beat)
      closing?.removeEventListener('abort', close)
      outbox.close()
    })
  return new ReadableStream<Uint8Array>(
    { pull: (controller) => outbox.hand(controller), cancel: () => (end(), done) },
    { highWaterMark: 0 },
  )
}

/** JSON has no line breaks of its own, so every event is one data line. */
function framed({ event, id, data }: StreamEvent): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
}

const encoder = new TextEncoder()

/** What one reader has not taken yet. */
class Outbox {
  readonly #bytesMax: number
  readonly #drop: () => void
  #frames: string[] = []
  #bytes = 0
  #closed = false
  /** Still beyond the bound after the turn of the event loop in which it was passed. */
  #full = false
  #looking = false
  #wake: (() => void) | null = null

  constructor(bytesMax: number, drop: () => void) {
    this.#bytesMax = bytesMax
    this.#drop = drop
  }

  /** What comes in one go may pass the bound, or nobody could ever read a long answer; whoever is still behind afterwards is dropped. */
  put(frame: string): void {
    if (this.#closed) return
    if (this.#full && this.#bytes > this.#bytesMax) return this.#giveUp()
    this.#frames.push(frame)
    this.#bytes += Buffer.byteLength(frame)
    if (this.#bytes > this.#bytesMax) this.#lookLater()
    this.#wake?.()
  }

  async hand(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (this.#frames.length === 0 && !this.#closed)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    if (this.#frames.length === 0) return controller.close()
    const frames = this.#frames
    this.#frames = []
    this.#bytes = 0
    this.#full = false
    controller.enqueue(encoder.encode(frames.join('')))
  }

  #lookLater(): void {
    if (this.#looking) return
    this.#looking = true
    setImmediate(() => {
      this.#looking = false
      this.#full = this.#bytes > this.#bytesMax
    })
  }

  close(): void {
    this.#closed = true
    this.#wake?.()
  }

  /** Everything that waits is let go: the reader resumes from the last event that reached it. */
  #giveUp(): void {
    this.#frames = []
    this.close()
    this.#drop()
  }
}
