// Keeps drafts and read positions the same here and in the house, one word at a time; what is being written here is never written over.

import { type ErrorCode, type Place, type PlaceGiven, ThreadkeepError } from '../../src/client/client.ts'

/** How the house is reached; each rejects with a `ThreadkeepError`. */
export type Way = {
  get: (threadId: string) => Promise<Place>
  put: (threadId: string, given: PlaceGiven) => Promise<{ place: Place; receipt: { changeSeq: number } }>
}

/** What is known on this device. */
export type Device = {
  draftOf: (threadId: string) => string
  takeDraft: (threadId: string, text: string) => void
  /** The last draft that was the same here and in the house. */
  agreedOf: (threadId: string) => string
  agree: (threadId: string, text: string) => void
  readTo: (threadId: string) => number | null
  noteRead: (threadId: string, seq: number) => void
  /** Whether the house has such a thread, as far as is known here. */
  isKept: (threadId: string) => boolean
  isBarred: () => boolean
  /** Of all that is asked and told about places by this browser, one thing at a time. */
  turn: (work: () => Promise<void>) => Promise<void>
  now: () => number
  later: (work: () => void, ms: number) => unknown
}

/** What is refused for these is refused again, until it is another draft. All else passes. */
const lasting: ReadonlySet<string> = new Set<ErrorCode>([
  'too_large',
  'invalid',
  'malformed',
  'not_found',
  'deleted',
])
/** So long after the last key a draft goes to the house. */
const putMs = 600
/** So long after the last key somebody is taken to be writing still. */
export const typingMs = 2_000

export class Places {
  readonly #way: Way
  readonly #device: Device
  readonly #typedAt = new Map<string, number>()
  readonly #readThere = new Map<string, number>()
  readonly #ownSeqs = new Map<string, number>()
  /** What could not be put, until the way is free. */
  readonly #unput = new Set<string>()
  #line: Promise<void> = Promise.resolve()

  constructor(way: Way, device: Device) {
    this.#way = way
    this.#device = device
  }

  /** Somebody has changed the draft here. An empty one is sent, or thrown away: that is told at once. */
  written(threadId: string): void {
    const { now, draftOf, later } = this.#device
    const at = now()
    const isEmpty = draftOf(threadId) === ''
    this.#typedAt.set(threadId, isEmpty ? -Infinity : at)
    if (isEmpty) return this.#putNext(threadId)
    later(() => {
      if (this.#typedAt.get(threadId) === at) this.#putNext(threadId)
    }, putMs)
  }

  /** Somebody has read on here. */
  read(threadId: string): void {
    if (this.#isReadOn(threadId)) this.#device.later(() => this.#putNext(threadId), putMs)
  }

  /** Somebody has put a place: here, or on another device. */
  heard(threadId: string, changeSeq: number): void {
    this.#next(async () => {
      if (this.#ownSeqs.get(threadId) !== changeSeq) await this.#look(threadId)
    })
  }

  look(threadId: string): void {
    this.#next(() => this.#look(threadId))
  }

  /** The way is free again, as far as can be known. */
  wake(): void {
    for (const threadId of this.#unput) this.look(threadId)
  }

  #putNext(threadId: string): void {
    this.#next(() => this.#put(threadId))
  }

  /** One word at a time, in whichever tab, so that an answer is always to the last one. */
  #next(work: () => Promise<void>): void {
    const done = this.#line.then(() => this.#device.turn(work))
    this.#line = done.catch(() => undefined)
    done.catch((fault: unknown) => {
      // Refused, or not to be had now: all of it stays here as it is. So it is where a browser keeps nothing.
      if (!(fault instanceof ThreadkeepError || fault instanceof DOMException)) throw fault
    })
  }

  async #put(threadId: string): Promise<void> {
    const { draftOf, agreedOf, agree, isKept, readTo } = this.#device
    const draft = draftOf(threadId)
    const isNew = draft !== agreedOf(threadId) && isKept(threadId)
    const given: PlaceGiven = {
      ...(isNew ? { draft } : null),
      ...(this.#isReadOn(threadId) ? { readSeq: readTo(threadId) ?? 0 } : null),
    }
    if (Object.keys(given).length === 0) return
    const { place, receipt } = await this.#tried(threadId, () => this.#way.put(threadId, given))
    if (isNew) agree(threadId, draft)
    this.#ownSeqs.set(threadId, receipt.changeSeq)
    this.#readThere.set(threadId, place.readSeq)
  }

  async #look(threadId: string): Promise<void> {
    const { draftOf, takeDraft, agreedOf, agree, readTo, noteRead, later } = this.#device
    const { readSeq, draft } = await this.#tried(threadId, () => this.#way.get(threadId))
    this.#readThere.set(threadId, readSeq)
    if (readSeq > (readTo(threadId) ?? 0)) noteRead(threadId, readSeq)
    const there = draft ?? ''
    const deed = deedOf({ here: draftOf(threadId), there, agreed: agreedOf(threadId) })
    if (deed === 'take' && this.#isTyping(threadId)) later(() => this.look(threadId), typingMs)
    else if (deed === 'take' || deed === 'agree') {
      agree(threadId, there)
      if (deed === 'take') takeDraft(threadId, there)
    }
    if (deed === 'put' || this.#isReadOn(threadId)) await this.#put(threadId)
  }

  async #tried<T>(threadId: string, ask: () => Promise<T>): Promise<T> {
    this.#unput.add(threadId)
    if (this.#device.isBarred()) throw new ThreadkeepError('unavailable', 'The way is barred.', 'Wait.')
    try {
      const answer = await ask()
      this.#unput.delete(threadId)
      return answer
    } catch (fault) {
      if (fault instanceof ThreadkeepError && lasting.has(fault.code)) this.#unput.delete(threadId)
      throw fault
    }
  }

  #isReadOn(threadId: string): boolean {
    return (this.#device.readTo(threadId) ?? 0) > (this.#readThere.get(threadId) ?? 0)
  }

  #isTyping(threadId: string): boolean {
    return this.#device.now() - (this.#typedAt.get(threadId) ?? -Infinity) < typingMs
  }
}

type Drafts = { here: string; there: string; agreed: string }

/** What was written in both places since they were the same stays as it is here: with the next key it is the last word. */
export function deedOf({ here, there, agreed }: Drafts): 'agree' | 'put' | 'take' | 'leave' {
  if (here === there) return 'agree'
  if (there === agreed) return 'put'
  return here === agreed || here === '' ? 'take' : 'leave'
}
