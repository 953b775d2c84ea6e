// One commit in a transaction of its own, under the lock of its user: everything it has to know is asked there, so nothing it is
// judged by can change before it is written.

import type { PreparedCommit } from '../../core/prepared.ts'
import { type Draft, isStop, type Stop } from '../plan/draft.ts'
import { decidingChange, needsSteps, Planner, type Verdict } from '../plan/planner.ts'
import { Asking, fetching } from './asking.ts'
import { Known, type Question } from './known.ts'
import type { Session } from './pool.ts'
import { writeSql } from './write-sql.ts'

const savepoint = { name: 'savepoint', text: 'SAVEPOINT one' }
const takeBack = { name: 'take back', text: 'ROLLBACK TO one' }

export function alone(session: Session, commit: PreparedCommit): Promise<Verdict | Stop> {
  return new Alone(session, commit).settle()
}

class Alone {
  readonly #session: Session
  readonly #commit: PreparedCommit
  readonly #known = new Known()
  readonly #planner: Planner

  constructor(session: Session, commit: PreparedCommit) {
    this.#session = session
    this.#commit = commit
    const asking = new Asking(this.#known)
    this.#planner = new Planner(asking, asking)
  }

  async settle(): Promise<Verdict | Stop> {
    const first = firstQuestions(this.#commit)
    const verdict = needsSteps(this.#commit)
      ? await this.#inSteps(first)
      : await this.#reason(() => {
          this.#known.need(first)
          return this.#planner.judge(this.#commit, 'careful')
        })
    if (isStop(verdict) || !verdict.writes) return verdict
    await Promise.all([...this.#write(verdict.draft), ...this.#writeHeads(verdict)])
    return verdict
  }

  /** Each change is written before the next is judged, and all of it taken back if one is refused. */
  async #inSteps(first: Question[]): Promise<Verdict | Stop> {
    void this.#session.rows(savepoint)
    let draft = await this.#reason(() => {
      this.#known.need(first)
      return this.#planner.draftFor(this.#commit)
    })
    const deciding = decidingChange(this.#commit)
    let decided = null
    for (const change of this.#commit.changes) {
      const judged = await this.#reason(() => {
        const next = draft.copy()
        return { next, step: this.#planner.planChange(next, change, change === deciding, 'careful') }
      })
      const { step } = judged
      draft = judged.next
      if (isStop(step)) return this.#takeBack(step)
      if (change === deciding) decided = step
      if (change === deciding && step.replayed) break
      await this.#writeStep(draft)
    }
    if (decided === null || decided.replayed) return this.#replay(draft, decided)
    this.#planner.announce(draft, deciding, decided)
    return { draft, decided, news: true, became: 'kept', writes: true }
  }

  async #replay(draft: Draft, decided: Verdict['decided'] | null): Promise<Verdict | Stop> {
    await this.#takeBack(null)
    return this.#reason(() => {
      const plan = decided && { draft: draft.copy(), decided, news: true }
      return plan ? this.#planner.replay(this.#commit, plan) : this.#planner.judge(this.#commit, 'careful')
    })
  }

  async #takeBack<T>(result: T): Promise<T> {
    await this.#session.rows(takeBack)
    this.#known.forget()
    return result
  }

  #reason<T>(reason: () => T): Promise<T> {
    return this.#known.settle(reason, fetching(this.#session))
  }

  async #writeStep(draft: Draft): Promise<void> {
    await Promise.all(this.#write(draft))
    this.#known.forget()
    draft.written()
  }

  #write({ first, writes }: Draft): Promise<unknown>[] {
    const planned = first ? [{ name: 'say' as const, values: first }, ...writes] : writes
    return planned.map(({ name, values }) => this.#session.rows(writeSql[name], ...values))
  }

  #writeHeads({ draft, news }: Verdict): Promise<unknown>[] {
    const { user, thread, threadGoes } = draft
    const written = news ? [this.#session.rows(writeSql.setUserSeq, user.changeSeq, user.id)] : []
    if (!news) user.changeSeq--
    if (!thread || threadGoes) return written
    const { headId, lastSeq, messageCount, forkCount, chain, changeSeq, updatedAt, id } = thread
    return [
      ...written,
      this.#session.rows(
        writeSql.setHead, headId, lastSeq, messageCount, forkCount, chain, changeSeq, updatedAt, user.id, id,
      ), // prettier-ignore
    ]
  }
}

/** What every commit asks, the lock of its user before all else. */
function firstQuestions({ user, changes }: PreparedCommit): Question[] {
  const questions: Question[] = [{ name: 'user', values: [user] }]
  const thread = changes.find((change) => 'threadId' in change)
  if (thread && 'threadId' in thread) questions.push({ name: 'thread', values: [user, thread.threadId] })
  for (const change of changes.slice(0, 3)) {
    if (change.kind === 'message.said')
      questions.push({ name: 'messageById', values: [user, change.threadId, change.id] })
    else if (change.kind === 'place.put')
      questions.push({ name: 'threadPlace', values: [user, change.threadId] })
    else if ('runId' in change) questions.push({ name: 'run', values: [user, change.runId] })
  }
  return questions
}
