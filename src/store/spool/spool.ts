// Keeps what is said while the store is away: takes it in, knows what waits, and gives the receipts for it.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Commit } from '../../core/change.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import { type CanonicalJson, canonicalJson } from '../../core/json.ts'
import type { Kept, Outcome } from '../../core/receipt.ts'
import { Journal, type JournalOptions } from './journal.ts'
import { Quarantine } from './quarantine.ts'
import { isSame, type Sameness, saidIn, samenessOf, startedIn } from './spoolable.ts'
import { type Entry, Waiting } from './waiting.ts'

export const spoolBytesMax = 256 * 1024 * 1024
export const spoolMsMax = 15 * 60_000

export type SpoolOptions = {
  folder: string
  /** False: what waits from before is still replayed, and nothing new is taken in. */
  isOn?: boolean
  bytesMax?: number
  msMax?: number
  now?: () => number
  open?: JournalOptions['open']
}

/** For the operator, before and beside what the log is told: what opening the journal found. */
export type Alarm = { what: string; more: Record<string, unknown> }

export const journalFile = (data: string): string => join(data, 'spool', 'journal')

export class Spool implements AsyncDisposable {
  readonly waiting = new Waiting()
  readonly quarantine: Quarantine
  readonly alarms: Alarm[]
  readonly #journal: Journal
  readonly #isOn: boolean
  readonly #msMax: number
  readonly #now: () => number

  private constructor(options: SpoolOptions, journal: Journal, quarantine: Quarantine, alarms: Alarm[]) {
    const { isOn = true, msMax = spoolMsMax, now = Date.now } = options
    this.#journal = journal
    this.quarantine = quarantine
    this.alarms = alarms
    this.#isOn = isOn
    this.#msMax = msMax
    this.#now = now
  }

  static async open(options: SpoolOptions): Promise<Spool> {
    const { folder, bytesMax = spoolBytesMax, open } = options
    const file = journalFile(folder)
    mkdirSync(join(folder, 'spool'), { recursive: true, mode: 0o700 })
    const quarantine = new Quarantine(join(folder, 'spool', 'quarantine.ndjson'))
    const alarms: Alarm[] = []
    const { journal, records } = await Journal.open(
      { file, bytesMax, ...(open ? { open } : null) },
      async (found) => {
        await quarantine.put(
          found.map(({ offset, torn, content }) => ({
            why: torn ? 'torn' : 'damaged',
            offset,
            base64: content.toString('base64'),
          })),
        )
        for (const { offset, bytes, torn } of found)
          alarms.push({
            what: torn ? tornTail : damagedRecord,
            more: { offset, bytes, quarantine: quarantine.file },
          })
      },
    )
    const spool = new Spool(options, journal, quarantine, alarms)
    for (const place of records) await spool.#remember((await journal.read(place)).words ?? '', place)
    return spool
  }

  get bytes(): number {
    return this.#journal.bytes
  }

  get oldestMs(): number {
    const { oldest } = this.waiting
    return oldest === null ? 0 : Math.max(0, this.#now() - oldest)
  }

  /** Resolves when it is flushed here. The same id again is the same receipt, or a conflict. */
  async take(commit: Commit, known: { changeSeq: number; position: string }): Promise<Outcome> {
    const sameness = samenessOf(commit)
    if ('result' in sameness) return sameness
    const entry = this.#entryOf(commit, sameness, this.#now())
    const before = this.waiting.find(entry)
    if (before && !isSame(before, entry)) return { result: 'conflict', what: 'message', id: entry.messageId }
    if (before && (before.asksForAnswer || !entry.asksForAnswer)) {
      await before.place
      return keptOf(entry, 'replayed', known)
    }
    this.#refuse()
    entry.place = this.#journal.append(textOf(commit))
    this.waiting.add(entry)
    try {
      await entry.place
    } catch (fault) {
      this.waiting.drop(entry)
      throw fault
    }
    return keptOf(entry, before ? 'replayed' : 'kept', known)
  }

  /** Null where the disk has lost it since: then its bytes are in the quarantine. */
  async commitOf(entry: Entry): Promise<Commit | null> {
    const place = await entry.place
    const { words, record } = await this.#journal.read(place)
    if (words !== null) return JSON.parse(words) as Commit
    await this.quarantine.put([{ why: 'damaged', offset: place.offset, base64: record.toString('base64') }])
    return null
  }

  /** When nothing waits any more. */
  async empty(): Promise<void> {
    if (this.waiting.size === 0 && this.bytes > 0) await this.#journal.empty()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#journal[Symbol.asyncDispose]()
  }

  #refuse(): void {
    if (!this.#isOn) throw isOff()
    if (this.oldestMs > this.#msMax) throw tooLong(this.#msMax)
  }

  #entryOf(commit: Commit, sameness: Sameness, since: number): Entry {
    const said = saidIn(commit)
    if (!said) throw new Error('What may wait in the spool says something.')
    const { threadId, id: messageId } = said
    const asksForAnswer = startedIn(commit) !== undefined
    const place = Promise.resolve({ offset: 0, bytes: 0 })
    return { ...sameness, user: commit.user, threadId, messageId, asksForAnswer, tries: 0, since, place }
  }

  /** From before a restart. What is whole and yet no commit was written by another program. */
  async #remember(text: string, place: { offset: number; bytes: number }): Promise<void> {
    try {
      const commit = JSON.parse(text) as Commit
      const sameness = samenessOf(commit)
      if ('result' in sameness) throw new Error(sameness.message)
      this.waiting.add({ ...this.#entryOf(commit, sameness, commit.at), place: Promise.resolve(place) })
    } catch (fault) {
      const why = fault instanceof Error ? fault.message : String(fault)
      await this.quarantine.put([{ why, text }])
      this.alarms.push({ what: strangeRecord, more: { ...place, quarantine: this.quarantine.file } })
    }
  }
}

function keptOf(
  { messageId, threadId }: Entry,
  result: Kept['result'],
  known: { changeSeq: number; position: string },
): Kept {
  const receipt = {
    id: messageId,
    seq: null,
    ...known,
    durability: 'spooled' as const,
    result,
    forked: false,
    headId: null,
  }
  return { result, receipt, threadId, run: null }
}

/** What was looked over is JSON; what is left undefined is not there. */
function textOf(commit: Commit): CanonicalJson {
  const plain: unknown = JSON.parse(JSON.stringify(commit))
  const verdict = canonicalJson(plain)
  if (verdict.ok) return verdict.json
  throw new ThreadkeepError('invalid', `What was said ${verdict.fault}.`, 'Nothing was written.')
}

const tornTail =
  'The last record of the spool was not written whole, and so was never acknowledged: it was cut off and put into the quarantine.'
export const damagedRecord =
  'ALARM: a record of the spool is damaged. It was put into the quarantine as it is, and the rest is replayed.'
const strangeRecord =
  'ALARM: a record of the spool is none that can be read. It was put into the quarantine, and the rest is replayed.'

const again = 'Nothing was written. Send it again when the store is back, with the same ids.'

const isOff = () =>
  new ThreadkeepError('unavailable', 'What was said before is still on its way into the store.', again)

const tooLong = (msMax: number) =>
  new ThreadkeepError(
    'unavailable',
    `The store has been away for more than ${Math.round(msMax / 60_000)} minutes, and this node takes nothing more for it.`,
    again,
  )
