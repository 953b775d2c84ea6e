// The disk under a spool: the real file, but each call takes its moment, may fail, and only what was flushed is sure to be there later.
import fs from 'node:fs'
import promises, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import type { Executor } from './executor.ts'

export class Disk implements Disposable {
  readonly #executor: Executor
  readonly #faultShare: number
  readonly #flushed = new Map<string, number>()
  readonly #open = new Set<number>()

  constructor(executor: Executor, faultShare: number) {
    this.#executor = executor
    this.#faultShare = faultShare
  }

  get mayFail(): boolean {
    return this.#faultShare > 0
  }

  open = async (path: string, flags: string | number = 'r', mode?: number): Promise<FileHandle> => {
    const file = fs.openSync(path, flags, mode)
    this.#open.add(file)
    const sizeNow = () => fs.fstatSync(file).size
    if (!this.#flushed.has(path)) this.#flushed.set(path, sizeNow())
    const call = async <T>(name: string, work: () => T): Promise<T> => {
      await this.#executor.moment(`disk ${name}`, path)
      return work()
    }
    const handle = {
      readFile: () => call('readFile', () => fs.readFileSync(path)),
      read: (buffer: Buffer, from: number, length: number, at: number) =>
        call('read', () => ({ bytesRead: fs.readSync(file, buffer, from, length, at) })),
      write: (content: Buffer, from: number, length: number, at: number) =>
        call('write', () => ({ bytesWritten: fs.writeSync(file, content, from, length, at) })),
      appendFile: (content: string) => call('append', () => void fs.writeSync(file, content)),
      truncate: (bytes: number) =>
        call('truncate', () => {
          fs.ftruncateSync(file, bytes)
          this.#flushed.set(path, Math.min(bytes, this.#flushed.get(path) ?? 0))
        }),
      sync: () =>
        call('flush', () => {
          if (this.#executor.random.chance(this.#faultShare)) throw failing()
          this.#flushed.set(path, sizeNow())
        }),
      close: async () => this.#close(file),
    }
    return handle as unknown as FileHandle
  }

  /** A process died: of what was not flushed, any beginning may have come to the disk. */
  tear(path: string): void {
    if (!fs.existsSync(path)) return
    const { size } = fs.statSync(path)
    const flushed = Math.min(size, this.#flushed.get(path) ?? size)
    fs.truncateSync(path, flushed + this.#executor.random.int(size - flushed + 1))
    this.#flushed.delete(path)
  }

  /** Those of the dead, too. */
  [Symbol.dispose](): void {
    for (const file of this.#open) this.#close(file)
  }

  #close(file: number): void {
    if (this.#open.delete(file)) fs.closeSync(file)
  }
}

const failing = () => Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' })

/** From here on whatever this process opens by promise is opened on the disk it is given. */
export function writeTo(disk: () => Disk): void {
  const open = (path: string, flags?: string | number, mode?: number) => disk().open(path, flags, mode)
  const rename = async (from: string, to: string) => fs.renameSync(from, to)
  Object.assign(promises, { open, rename })
  syncBuiltinESMExports()
}
