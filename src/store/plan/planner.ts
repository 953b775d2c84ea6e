// Turns one commit into a draft, or into the reason why not: each change judged in order against what the ones before it would do.

import { must } from '../../core/assert.ts'
import { changeKinds } from '../../core/change.ts'
import type { PreparedChange, PreparedCommit, PreparedSaid } from '../../core/prepared.ts'
import { Draft, isStop, type Step, type Stop } from './draft.ts'
import { type Heads, runHeadOf, type UserHead } from './heads.ts'
import { planDeleted, planForgotten, planRestored, planThreadForgotten } from './plan-bin.ts'
import { planMark } from './plan-mark.ts'
import { planPlace } from './plan-place.ts'
import { planRef } from './plan-ref.ts'
import { type Mood, planSaid } from './plan-said.ts'
import {
  planRunComposed,
  planRunEnded,
  planRunProgressed,
  planRunRenewed,
  planRunStarted,
  planRunStopAsked,
} from './plan-run.ts'
import {
  planHeadMoved,
  planThreadBinned,
  planThreadChanged,
  planThreadCreated,
  planThreadRenamed,
  planThreadRestored,
} from './plan-thread.ts'
import { planUserChanged } from './plan-user.ts'
import type { Ask } from './ask.ts'

/** Readers follow a run by its log, so its steps are no news to anybody else. */
export const quiet = new Set<PreparedChange['kind']>(['run.composed', 'run.progressed', 'run.renewed'])

export type Plan = { draft: Draft; decided: Step; news: boolean }
/** What will have become of a commit once its draft is written; a replay mostly writes nothing. */
export type Verdict = Plan & { became: 'kept' | 'replayed'; writes: boolean }

export class Planner {
  readonly #heads: Heads
  readonly #ask: Ask

  constructor(heads: Heads, ask: Ask) {
    this.#heads = heads
    this.#ask = ask
  }

  judge(commit: PreparedCommit, mood: Mood): Verdict | Stop {
    const plan = this.plan(commit, mood)
    if (isStop(plan)) return plan
    return plan.decided.replayed ? this.replay(commit, plan) : { ...plan, became: 'kept', writes: true }
  }

  /** Where each change has to be written before the next is judged, `write` does it, and must be ready to take it back. */
  plan(commit: PreparedCommit, mood: Mood, write?: (draft: Draft) => void): Plan | Stop {
    const draft = this.draftFor(commit)
    const deciding = decidingChange(commit)
    let decided: Step | null = null
    for (const change of commit.changes) {
      const step = this.planChange(draft, change, change === deciding, mood)
      if (isStop(step)) return step
      write?.(draft)
      if (change !== deciding) continue
      decided = step
      if (step.replayed) break
    }
    const step = must(decided, 'a commit has a deciding change')
    const news = commit.changes.some(({ kind }) => !quiet.has(kind))
    if (!step.replayed && news) this.announce(draft, must(deciding, 'the same'), step)
    return { draft, decided: step, news }
  }

  /** Nothing is written again; but an answer that was not asked for the first time may be asked for now. */
  replay(commit: PreparedCommit, { draft, decided, news }: Plan): Verdict | Stop {
    const again = { draft, decided, news, became: 'replayed', writes: false } as const
    const said = decidingChange(commit)
    if (said.kind !== 'message.said') return again
    const start = commit.changes.find(
      (change) => change.kind === 'run.started' && change.attempt === 'first' && change.messageId === said.id,
    )
    if (start?.kind !== 'run.started') return this.#withFirstRun(said, again)
    const found = commit.changes.filter(
      (change) => change === start || (change.kind === 'thread.created' && change.unless),
    )
    const plan = this.plan({ ...commit, changes: found }, 'careful')
    if (isStop(plan)) return plan
    return { ...plan, decided, became: 'replayed', writes: !plan.decided.replayed }
  }

  #withFirstRun(said: PreparedSaid, again: Verdict): Verdict {
    const { draft, decided } = again
    const thread = draft.openThread(said.threadId)
    if (isStop(thread) || decided.seq === null) return again
    const row = this.#ask.runByAttempt(draft.user.key, thread.key, decided.seq, 1)
    if (row) draft.refRun(runHeadOf(row))
    return again
  }

  draftFor(commit: PreparedCommit): Draft {
    const known = this.#heads.user(commit.user)
    const draft = new Draft(this.#heads, known ?? this.#newUser(commit.user), commit.at)
    if (!known) draft.put('insertUser', draft.user.key, draft.user.id, draft.at)
    return draft
  }

  planChange(draft: Draft, change: PreparedChange, decides: boolean, mood: Mood): Step | Stop {
    const ask = this.#ask
    switch (change.kind) {
      case 'user.changed':
        return planUserChanged(draft, change)
      case 'thread.created':
        return planThreadCreated(draft, this.#heads, ask, change)
      case 'thread.renamed':
        return planThreadRenamed(draft, change)
      case 'thread.changed':
        return planThreadChanged(draft, change)
      case 'thread.binned':
        return planThreadBinned(draft, change)
      case 'thread.restored':
        return planThreadRestored(draft, ask, change)
      case 'head.moved':
        return planHeadMoved(draft, ask, change)
      case 'message.said':
        return planSaid(draft, ask, change, decides, mood)
      case 'message.deleted':
        return planDeleted(draft, ask, change)
      case 'message.restored':
        return planRestored(draft, ask, change)
      case 'message.forgotten':
        return planForgotten(draft, ask, change)
      case 'thread.forgotten':
        return planThreadForgotten(draft, change)
      case 'mark.put':
      case 'mark.removed':
        return planMark(draft, ask, change)
      case 'ref.put':
      case 'ref.removed':
        return planRef(draft, change)
      case 'place.put':
        return planPlace(draft, ask, change)
      case 'run.started':
        return planRunStarted(draft, this.#heads, ask, change, mood)
      case 'run.composed':
        return planRunComposed(draft, change)
      case 'run.renewed':
        return planRunRenewed(draft, change)
      case 'run.progressed':
        return planRunProgressed(draft, change)
      case 'run.stopAsked':
        return planRunStopAsked(draft, change)
      case 'run.ended':
        return planRunEnded(draft, change)
    }
  }

  /** The narrow row by which other readers learn of this commit. */
  announce(draft: Draft, change: PreparedChange, step: Step): void {
    const { user, changeSeq } = draft
    draft.put(
      'insertChange',
      user.key,
      changeSeq,
      draft.thread?.key ?? null,
      changeKinds[change.kind],
      step.seq,
    )
  }

  #newUser(id: string): UserHead {
    return {
      key: this.#heads.newKey('users', id),
      id,
      changeSeq: 0,
      mainThreadId: null,
      threads: new Map(),
      runs: new Map(),
    }
  }
}

/** Changes that know of each other before anything of them is written: what everyday commits are made of. */
const plannable = new Set<PreparedChange['kind']>([
  'user.changed',
  'thread.created',
  'message.said',
  'run.started',
  'run.composed',
  'run.progressed',
  'run.renewed',
  'run.ended',
])

export function needsSteps({ changes }: PreparedCommit): boolean {
  if (changes.length === 1) return false
  if (changes.some(({ kind }) => !plannable.has(kind))) return true
  return changes.filter(({ kind }) => kind === 'run.started').length > 1
}

const isGetOrCreate = (change: PreparedChange) =>
  change.kind === 'thread.created' && change.unless !== undefined

/** What the commit is about. A get-or-create or a step of a run decides only when there is nothing else. */
export function decidingChange(commit: PreparedCommit): PreparedChange {
  const loud = commit.changes.filter((change) => !quiet.has(change.kind) && !isGetOrCreate(change))
  // Where somebody is may be as it was, and what is said beside it new.
  const beside = loud.find(({ kind }) => kind !== 'place.put')
  return must(beside ?? loud[0] ?? commit.changes[0], 'a prepared commit has changes')
}
