// Turns one commit into a draft, or into the reason why not: each change judged in order against what the ones before it would do.

import { must } from '../../core/assert.ts'
import { changeKinds } from '../../core/change.ts'
import type { PreparedChange, PreparedCommit } from '../../core/prepared.ts'
import { Draft, isStop, type Step, type Stop } from './draft.ts'
import type { Heads, UserHead } from './heads.ts'
import type { Names } from './names.ts'
import { planDeleted, planForgotten, planRestored, planThreadForgotten } from './plan-bin.ts'
import { planMark } from './plan-mark.ts'
import { type Mood, planSaid } from './plan-said.ts'
import {
  planRunComposed,
  planRunEnded,
  planRunProgressed,
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
import type { Statements } from './statements.ts'

/** Readers follow a run by its log, so its steps are no news to anybody else. */
const quiet = new Set<PreparedChange['kind']>(['run.composed', 'run.progressed'])

export type Plan = { draft: Draft; decided: Step; news: boolean }

export class Planner {
  readonly #heads: Heads
  readonly #names: Names
  readonly #put: Statements

  constructor(heads: Heads, names: Names, put: Statements) {
    this.#heads = heads
    this.#names = names
    this.#put = put
  }

  /** Stepwise, each change is written before the next is judged: its writer must be ready to take them back. */
  plan(commit: PreparedCommit, mood: Mood, stepwise = false): Plan | Stop {
    const draft = this.draftFor(commit)
    const deciding = decidingChange(commit)
    let decided: Step | null = null
    for (const change of commit.changes) {
      const step = this.planChange(draft, change, change === deciding, mood)
      if (isStop(step)) return step
      if (stepwise) draft.write()
      if (change !== deciding) continue
      decided = step
      if (step.replayed) break
    }
    const step = must(decided, 'a commit has a deciding change')
    const news = commit.changes.some(({ kind }) => !quiet.has(kind))
    if (!step.replayed && news) this.#announce(draft, must(deciding, 'the same'), step)
    return { draft, decided: step, news }
  }

  draftFor(commit: PreparedCommit): Draft {
    const known = this.#heads.user(commit.user)
    const draft = new Draft(this.#heads, known ?? this.#newUser(commit.user), commit.at)
    if (!known) draft.writes.push(() => this.#put.insertUser.run(draft.user.key, draft.user.id, draft.at))
    return draft
  }

  planChange(draft: Draft, change: PreparedChange, decides: boolean, mood: Mood): Step | Stop {
    const put = this.#put
    switch (change.kind) {
      case 'user.changed':
        return planUserChanged(draft, put, change)
      case 'thread.created':
        return planThreadCreated(draft, this.#heads, put, change)
      case 'thread.renamed':
        return planThreadRenamed(draft, put, change)
      case 'thread.changed':
        return planThreadChanged(draft, put, change)
      case 'thread.binned':
        return planThreadBinned(draft, put, change)
      case 'thread.restored':
        return planThreadRestored(draft, put, change)
      case 'head.moved':
        return planHeadMoved(draft, put, change)
      case 'message.said':
        return planSaid(draft, put, this.#names, change, decides, mood)
      case 'message.deleted':
        return planDeleted(draft, put, change)
      case 'message.restored':
        return planRestored(draft, put, change)
      case 'message.forgotten':
        return planForgotten(draft, put, change)
      case 'thread.forgotten':
        return planThreadForgotten(draft, put, change)
      case 'mark.put':
      case 'mark.removed':
        return planMark(draft, put, change)
      case 'run.started':
        return planRunStarted(draft, this.#heads, put, this.#names, change, mood)
      case 'run.composed':
        return planRunComposed(draft, put, change)
      case 'run.progressed':
        return planRunProgressed(draft, put, change)
      case 'run.stopAsked':
        return planRunStopAsked(draft, put, change)
      case 'run.ended':
        return planRunEnded(draft, put, this.#names, change)
    }
  }

  /** The narrow row by which other readers learn of this commit. */
  #announce(draft: Draft, change: PreparedChange, step: Step): void {
    const { user, changeSeq } = draft
    draft.writes.push(() =>
      this.#put.insertChange.run(
        user.key,
        changeSeq,
        draft.thread?.key ?? null,
        changeKinds[change.kind],
        step.seq,
      ),
    )
  }

  #newUser(id: string): UserHead {
    return {
      key: this.#heads.newKey('users'),
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
  const loud = commit.changes.find((change) => !quiet.has(change.kind) && !isGetOrCreate(change))
  return must(loud ?? commit.changes[0], 'a prepared commit has changes')
}
