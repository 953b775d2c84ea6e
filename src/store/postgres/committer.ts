// The near end of the store's one door for writing: commits that arrive while others are on their way go together, planned from what
// this node remembers; whoever cannot be planned so, or whom the store refuses, is done again alone.

import { must } from '../../core/assert.ts'
import { ThreadkeepError } from '../../core/errors.ts'
import { commitsPerBatchMax, commitsWaitingMax } from '../../core/limits.ts'
import type { PreparedChange, PreparedCommit } from '../../core/prepared.ts'
import type { Durability, Outcome } from '../../core/receipt.ts'
import { isStop } from '../plan/draft.ts'
import { keptAs } from '../plan/outcome.ts'
import { needsSteps, Planner, type Verdict } from '../plan/planner.ts'
import { Turns } from '../turns.ts'
import { alone } from './alone.ts'
import { isInTheWay } from './faults.ts'
import { fitsGroup, Group, keepSql } from './grouped.ts'
import type { Pool } from './pool.ts'
import { askNothing, NotRemembered, Remembered } from './remembered.ts'

/** Groups under way at once: while one is being flushed, the next is made. */
const groupsMax = 2
/** What a group costs by itself is not shared out among fewer. */
const worthSharing = 32
const triesMax = 8
/** Behind a store that hangs nobody waits for all who came before. */
const waitMsMax = 10_000
/** Sixfold as JSON at worst: read by the server well within the time of a statement. */
const groupCharsMax = 4 * 1024 * 1024

export type Safe = {
  durability: Durability
  warnings: () => number
  positionAt: (lsn: string) => string
  /** Something is in the store now that others may want to look at. */
  kept: () => void
}
type Job = {
  commit: PreparedCommit
  since: number
  resolve: (outcome: Outcome) => void
  reject: (fault: unknown) => void
}
type Planned = { job: Job; verdict: Verdict }

export class Committer {
  readonly #pool: Pool
  readonly #safe: Safe
  readonly #turns = new Turns<Job>()
  readonly #remembered = new Remembered()
  readonly #planner = new Planner(this.#remembered, askNothing)
  readonly #busy = new Set<string>()
  #groups = 0
  #scheduled = false
  #waiting = 0
  #over = false
  #idle = Promise.withResolvers<void>()

  constructor(pool: Pool, safe: Safe) {
    this.#pool = pool
    this.#safe = safe
  }

  commit(commit: PreparedCommit): Promise<Outcome> {
    if (this.#over) return Promise.reject(closed())
    if (this.#waiting >= commitsWaitingMax) return Promise.reject(crowded())
    this.#waiting++
    return new Promise((resolve, reject) => {
      this.#turns.add(commit.user, { commit, since: performance.now(), resolve, reject })
      this.#schedule()
    })
  }

  /** Everything handed over before is still committed and answered. */
  async close(): Promise<void> {
    this.#over = true
    if (this.#waiting > 0) await this.#idle.promise
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#serve()
    })
  }

  #serve(): void {
    while (this.#groups < groupsMax) {
      const batch = this.#turns.take(this.#share(), this.#busy)
      if (batch.length === 0) return
      const users = new Set(batch.map(({ commit }) => commit.user))
      for (const user of users) this.#busy.add(user)
      this.#groups++
      void this.#settle(batch).finally(() => {
        for (const user of users) this.#busy.delete(user)
        this.#groups--
        this.#waiting -= batch.length
        if (this.#over && this.#waiting === 0) this.#idle.resolve()
        this.#serve()
      })
    }
  }

  /** Of all that waits a part for each group that may go now, so that one is planned while another is being kept. */
  #share(): number {
    const share = Math.ceil(this.#turns.size / (groupsMax - this.#groups))
    return Math.min(commitsPerBatchMax, Math.max(worthSharing, share))
  }

  async #settle(batch: Job[]): Promise<void> {
    const group = new Group()
    const planned: Planned[] = []
    const others = new Map<string, Job[]>()
    for (const job of batch) {
      const { user } = job.commit
      if (performance.now() - job.since > waitMsMax) {
        job.reject(late())
        continue
      }
      try {
        const verdict = others.has(user) ? null : this.#planTogether(group, job.commit)
        if (verdict) planned.push({ job, verdict })
        else others.set(user, [...(others.get(user) ?? []), job])
      } catch (fault) {
        job.reject(fault) // a fault of ours, told to its own sender; its neighbours go on
      }
    }
    // A user whose first commits go with the group is served on when it is through.
    const refused = planned.length > 0 ? await this.#keepTogether(group, planned) : []
    const again = Map.groupBy(refused, ({ commit }) => commit.user)
    for (const [user, jobs] of others) again.set(user, [...(again.get(user) ?? []), ...jobs])
    await Promise.all(Array.from(again.values(), (jobs) => this.#oneByOne(jobs)))
  }

  /** Null where this node does not remember enough, or what it remembers says no: then the store is asked. */
  #planTogether(group: Group, commit: PreparedCommit): Verdict | null {
    if (needsSteps(commit) || group.chars > groupCharsMax) return null
    try {
      const before = this.#remembered.user(commit.user)
      const verdict = this.#planner.judge(commit, 'hopeful')
      if (isStop(verdict) || !verdict.writes || verdict.became !== 'kept' || !fitsGroup(verdict.draft))
        return null
      if (group.saysAgain(verdict.draft)) return null
      for (const change of commit.changes) {
        if (!('runId' in change) || change.kind === 'run.started') continue
        const run = verdict.draft.runs.get(change.runId)
        if (run) group.hold(commit.user, run, nextBatch(change))
      }
      group.add(verdict, before)
      if (!verdict.news) verdict.draft.user.changeSeq--
      this.#remembered.settle(verdict.draft)
      return verdict
    } catch (fault) {
      if (fault instanceof NotRemembered) return null
      throw fault
    }
  }

  /** Those of users whom the store refused have to be done again. */
  async #keepTogether(group: Group, planned: Planned[]): Promise<Job[]> {
    const warnings = this.#safe.warnings()
    try {
      const { rows, lsn } = await this.#pool.once(keepSql, ...group.values)
      const [refused, standbys] = must(rows[0], 'threadkeep.keep answers with one row') as unknown as [
        string[],
        string | null,
      ]
      const durability = this.#durability(standbys, warnings)
      for (const { job, verdict } of planned)
        if (!refused.includes(job.commit.user)) this.#answer(job, verdict, durability, lsn)
      for (const user of refused) this.#remembered.forget(user)
      return planned.filter(({ job }) => refused.includes(job.commit.user)).map(({ job }) => job)
    } catch (fault) {
      for (const { job } of planned) this.#remembered.forget(job.commit.user)
      if (!isUnknown(fault)) return planned.map(({ job }) => job)
      for (const { job } of planned) job.reject(fault)
      return []
    }
  }

  async #oneByOne(jobs: Job[]): Promise<void> {
    for (const [i, job] of jobs.entries()) {
      try {
        await this.#alone(job)
      } catch (fault) {
        this.#remembered.forget(job.commit.user)
        // Whom the store does not serve now, it does not serve behind that either: nobody waits again for the same.
        const turnedAway = isUnknown(fault) ? jobs.slice(i) : [job]
        for (const { reject } of turnedAway) reject(fault)
        if (isUnknown(fault)) return
      }
    }
  }

  async #alone(job: Job): Promise<void> {
    const { commit } = job
    for (let tries = 1; ; tries++) {
      const warnings = this.#safe.warnings()
      try {
        const {
          result: verdict,
          lsn,
          standbys,
        } = await this.#pool.write(commit.user, (session) => alone(session, commit))
        if (isStop(verdict)) return job.resolve(verdict)
        if (verdict.writes)
          this.#remembered.learn(verdict.draft, verdict.draft.user.changeSeq - (verdict.news ? 1 : 0))
        return this.#answer(job, verdict, this.#durability(standbys, warnings), lsn)
      } catch (fault) {
        if (!isInTheWay(fault) || tries === triesMax) throw fault
        this.#remembered.forget(commit.user)
      }
    }
  }

  #answer({ resolve }: Job, verdict: Verdict, durability: Durability, lsn: string): void {
    const kept = keptAs(verdict, durability)
    kept.receipt.position = this.#safe.positionAt(lsn)
    resolve(kept)
    if (verdict.writes && verdict.news) this.#safe.kept()
  }

  #durability(standbys: string | null, warningsBefore: number): Durability {
    if (standbys === null) return 'none'
    if (this.#safe.durability !== 'disk') return this.#safe.durability
    return standbys !== '' && this.#safe.warnings() === warningsBefore ? 'replicated' : 'disk'
  }
}

/** Where this change takes the log of a run to end. */
function nextBatch(change: PreparedChange): number | null {
  if (change.kind === 'run.progressed') return change.ordinal
  return change.kind === 'run.ended' ? (change.batches ?? null) : null
}

/** After these nobody knows whether the group was kept. */
const isUnknown = (fault: unknown): boolean => fault instanceof ThreadkeepError && !isInTheWay(fault)

const closed = () =>
  new ThreadkeepError(
    'unavailable',
    'The store takes no writes: it was closed.',
    'Nothing was written. Send it again when the store is back, with the same ids.',
  )

const late = () =>
  new ThreadkeepError(
    'unavailable',
    'The store did not come to this in time.',
    'Nothing was written. Send it again in a moment with the same ids.',
  )

const crowded = () =>
  new ThreadkeepError(
    'unavailable',
    `${commitsWaitingMax} writes are waiting already.`,
    'Nothing was written. Send it again in a second with the same ids.',
  )
