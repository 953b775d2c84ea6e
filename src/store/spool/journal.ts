// The file that holds what the store could not take: what waits together is written and flushed together, and nothing counts as written
// before it is flushed.

import { constants } from 'node:fs'
import { type FileHandle, open as openFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ThreadkeepError } from '../../core/errors.ts'
import { syncFolder } from '../card-file.ts'
import { type Damage, framed, headBytes, type Place, scan, wordsIn } from './frame.ts'

export type { Place } from './frame.ts'

export type JournalOptions = {
  file: string
  bytesMax: number
  open?: (path: string) => Promise<FileHandle>
}

/** What was found to be no record, with its bytes. Nothing of it is thrown away before it was looked at. */
export type Found = Damage & { content: Buffer }

type Pending = { record: Buffer; resolve: (place: Place) => void; reject: (fault: unknown) => void }

const openForBoth = (path: string): Promise<FileHandle> =>
  openFile(path, constants.O_RDWR | constants.O_CREAT, 0o600)

export class Journal implements AsyncDisposable {
  readonly #file: string
  readonly #bytesMax: number
  readonly #open: (path: string) => Promise<FileHandle>
  #handle: FileHandle
  /** Where the flushed records end. */
  #end = 0
  #pending: Pending[] = []
  #pendingBytes = 0
  #isBusy = false
  #isBroken = false
  #isClosed = false
  #idle = Promise.withResolvers<void>()

  private constructor({ file, bytesMax, open = openForBoth }: JournalOptions, handle: FileHandle) {
    this.#file = file
    this.#bytesMax = bytesMax
    this.#open = open
    this.#handle = handle
  }

  /** `hurt` is told of what is no record and has to keep it before it is taken out of the file. */
  static async open(
    options: JournalOptions,
    hurt: (found: Found[]) => Promise<void>,
  ): Promise<{ journal: Journal; records: Place[] }> {
    const { file, open = openForBoth } = options
    let handle = await open(file)
    try {
      syncFolder(dirname(file))
      const content = await handle.readFile()
      const { records, damage } = scan(content)
      if (damage.length > 0) {
        await hurt(
          damage.map((one) => ({ ...one, content: content.subarray(one.offset, one.offset + one.bytes) })),
        )
        await handle.close()
        await rewritten(file, content, records)
        handle = await open(file)
      }
      const journal = new Journal(options, handle)
      const places = closedUp(records)
      journal.#end = places.reduce((end, { bytes }) => end + bytes, 0)
      return { journal, records: places }
    } catch (fault) {
      await handle.close().catch(() => undefined) // told is what went wrong first
      throw fault
    }
  }

  get bytes(): number {
    return this.#end + this.#pendingBytes
  }

  /** Resolves when it is flushed. Rejects with `unavailable` or `storage_full`, and then it is not in the file. */
  append(text: string): Promise<Place> {
    const record = framed(text)
    if (this.#isClosed || this.#isBroken) return Promise.reject(unusable())
    if (this.bytes + record.length > this.#bytesMax) return Promise.reject(full(this.#bytesMax))
    this.#pendingBytes += record.length
    return new Promise((resolve, reject) => {
      this.#pending.push({ record, resolve, reject })
      void this.#work()
    })
  }

  /** The words of a record; null with its bytes when it is not whole any more. */
  async read({ offset, bytes }: Place): Promise<{ words: string | null; record: Buffer }> {
    const buffer = Buffer.alloc(bytes)
    const { bytesRead } = await this.#handle.read(buffer, 0, bytes, offset)
    const record = buffer.subarray(0, bytesRead)
    return { words: bytesRead < headBytes ? null : wordsIn(record), record }
  }

  /** Takes everything out, unless something is on its way in. A file that failed is tried anew with this. */
  async empty(): Promise<boolean> {
    if (this.#isBusy || this.#isClosed || this.#pending.length > 0) return false
    this.#begin()
    const before = this.#end
    try {
      if (this.#isBroken) throw unusable()
      await this.#handle.truncate(0)
      await this.#handle.sync()
      this.#end = 0
    } catch {
      this.#end = 0
      await this.#reopen() // empty, or broken from here on
      if (this.#isBroken) this.#end = before
    } finally {
      this.#finish()
    }
    return this.#end === 0
  }

  /** What was handed over before is still flushed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#isBusy) await this.#idle.promise
    await this.#handle.close()
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return
    this.#begin()
    while (this.#pending.length > 0) {
      const group = this.#pending
      this.#pending = []
      await this.#flush(group)
    }
    this.#finish()
  }

  #begin(): void {
    this.#isBusy = true
    this.#idle = Promise.withResolvers()
  }

  #finish(): void {
    this.#isBusy = false
    this.#idle.resolve()
    if (this.#pending.length > 0) void this.#work()
  }

  async #flush(group: Pending[]): Promise<void> {
    const content = Buffer.concat(group.map(({ record }) => record))
    let fault: unknown = this.#isBroken ? unusable() : null
    if (fault === null) {
      try {
        await writeWhole(this.#handle, content, this.#end)
        await this.#handle.sync()
      } catch (failed) {
        fault = toldOf(failed)
        await this.#reopen()
      }
    }
    this.#pendingBytes -= content.length
    for (const { record, resolve, reject } of group) {
      if (fault !== null) reject(fault)
      else resolve({ offset: this.#end, bytes: record.length })
      if (fault === null) this.#end += record.length
    }
  }

  /** After a failed flush nobody knows what the system still holds, so the file is opened anew, cut to what was flushed before, and read. */
  async #reopen(): Promise<void> {
    try {
      await this.#handle.close().catch(() => undefined) // it failed already
      this.#handle = await this.#open(this.#file)
      await this.#handle.truncate(this.#end)
      await this.#handle.sync()
      const content = Buffer.alloc(this.#end)
      const { bytesRead } = await this.#handle.read(content, 0, this.#end, 0)
      this.#isBroken = bytesRead !== this.#end || scan(content).damage.length > 0
    } catch {
      this.#isBroken = true // from here on every append says so
    }
  }
}

async function writeWhole(handle: FileHandle, content: Buffer, position: number): Promise<void> {
  for (let done = 0; done < content.length;) {
    const { bytesWritten } = await handle.write(content, done, content.length - done, position + done)
    done += bytesWritten
  }
}

/** The whole records alone, in a new file that takes the place of the old one at once. */
async function rewritten(file: string, content: Buffer, records: Place[]): Promise<void> {
  const handle = await openFile(`${file}.new`, 'w', 0o600)
  try {
    const whole = records.map(({ offset, bytes }) => content.subarray(offset, offset + bytes))
    await writeWhole(handle, Buffer.concat(whole), 0)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${file}.new`, file)
  syncFolder(dirname(file))
}

function closedUp(records: Place[]): Place[] {
  let offset = 0
  return records.map(({ bytes }) => {
    const place = { offset, bytes }
    offset += bytes
    return place
  })
}

const again = 'Nothing was written. Send it again when the store is back, with the same ids.'

function toldOf(fault: unknown): ThreadkeepError {
  const code: unknown = fault instanceof Error ? Reflect.get(fault, 'code') : null
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new ThreadkeepError(
      'storage_full',
      'The store cannot be reached, and there is no room on the disk of this node to keep this until it is back.',
      again,
      undefined,
      fault,
    )
  return new ThreadkeepError(
    'unavailable',
    'The store cannot be reached, and the disk of this node would not keep this until it is back.',
    again,
    undefined,
    fault,
  )
}

const full = (bytesMax: number) =>
  new ThreadkeepError(
    'unavailable',
    `The store cannot be reached, and this node keeps as much as it may until it is back: ${Math.round(bytesMax / 1024 / 1024)} MiB.`,
    again,
  )

const unusable = () =>
  new ThreadkeepError(
    'unavailable',
    'The store cannot be reached, and the spool of this node takes nothing more: its file failed or was closed.',
    again,
  )
