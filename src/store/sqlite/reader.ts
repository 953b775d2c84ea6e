// The reading half of the engine, on a connection of its own that cannot write. Every read names its user first and touches at most
// a page of rows, so it may run on the main thread.

import type { DatabaseSync } from 'node:sqlite'
import type { RunEvents } from '../../core/run.ts'
import type { OwnedRecord } from '../../core/store.ts'
import type { OpenRun } from '../../core/upkeep.ts'
import { Reading } from '../read/reading.ts'
import { openRunOf, runEventsOf } from '../read/rows.ts'
import { Shapes } from '../read/shapes.ts'
import type { WalkMark } from '../read/walk.ts'
import { ReadAsking } from './read-asking.ts'

export class Reader extends Reading {
  readonly #db: DatabaseSync
  readonly #ask: ReadAsking

  constructor(db: DatabaseSync) {
    const ask = new ReadAsking(db)
    super(ask, new Shapes())
    this.#db = db
    this.#ask = ask
  }

  *everything(user: string): Generator<OwnedRecord> {
    for (let mark: WalkMark | null = 'user'; mark;) {
      const { records, next } = this.pieceFrom(user, mark)
      yield* records
      mark = next
    }
  }

  runEventsAnywhere(user: string, runId: string, afterOrdinal: number): RunEvents[] {
    return this.#ask.runEventsAnywhere(user, runId, afterOrdinal).map(runEventsOf)
  }

  openRuns(limit: number): OpenRun[] {
    return this.#ask.openRuns(limit).map(openRunOf)
  }

  /** One process writes here, so its clock is the only one. */
  expiredRuns(limit: number): OpenRun[] {
    return this.#ask.expiredRuns(Date.now(), limit).map(openRunOf)
  }

  stopsAsked(owner: string): OpenRun[] {
    return this.#ask.stopsAsked(owner).map(openRunOf)
  }

  close(): void {
    this.#db.close()
  }
}
