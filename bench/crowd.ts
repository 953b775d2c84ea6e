// A crowd of writers: how many jobs a second, and what each cost in CPU, the writer thread's too, and in bytes written.

import { existsSync, readFileSync } from 'node:fs'
import { median, type Way } from './rounds.ts'
import { perSecond } from './table.ts'
import { inCrowd } from './world.ts'

export class Crowd {
  /** One figure for every measuring, warm-up included; only the turns' own lists are judged. */
  readonly cpuMicros: number[] = []
  readonly writtenBytes: number[] = []
  readonly #writers: number

  constructor(writers: number) {
    this.#writers = writers
  }

  /** Jobs a second. The jobs are made before the clock starts. */
  way<Job>(makeJobs: () => readonly Job[], work: (job: Job) => Promise<unknown>): Way {
    return async () => {
      const jobs = makeJobs()
      const writtenBefore = writtenBytes()
      const cpuBefore = process.cpuUsage()
      const began = performance.now()
      await inCrowd(this.#writers, jobs, work)
      const seconds = (performance.now() - began) / 1000
      const { user, system } = process.cpuUsage(cpuBefore)
      this.cpuMicros.push((user + system) / jobs.length)
      this.writtenBytes.push((writtenBytes() - writtenBefore) / jobs.length)
      return jobs.length / seconds
    }
  }

  told(rates: readonly number[], what: string): string {
    const kib = mean(this.writtenBytes) / 1024
    const written = kib === 0 ? '' : `, ${Math.round(kib)} KiB`
    return `${perSecond(rates, what)}, ${Math.round(median(this.cpuMicros))} µs CPU${written}`
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** What this process has sent to the disk, where the system counts that. */
export function writtenBytes(): number {
  const file = '/proc/self/io'
  return existsSync(file) ? Number(/^write_bytes: (\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) : 0
}
