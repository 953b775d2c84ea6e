// What plans ask, answered out of what is known so far; the rest is fetched in the transaction of the commit, under its user's lock.

import { must } from '../../core/assert.ts'
import type { TitledBy } from '../../core/thread.ts'
import type { Ask, PlaceRow, SaidRow } from '../plan/ask.ts'
import type { Heads, RunHead, RunRow, ThreadHead, UserHead } from '../plan/heads.ts'
import { type AskName, askSql } from './ask-sql.ts'
import type { Known, Question } from './known.ts'
import type { Cell, Session } from './pool.ts'

type Row = readonly Cell[]

export const fetching = (session: Session) => (question: Question) =>
  session.rows(askSql[question.name as AskName], ...question.values)

export class Asking implements Ask, Heads {
  readonly #known: Known

  constructor(known: Known) {
    this.#known = known
  }

  user(id: string): UserHead | null {
    const row = this.#row('user', id)
    if (!row) return null
    const [, changeSeq, mainThreadId] = row as [string, number, string | null]
    return { key: id, id, changeSeq, mainThreadId, threads: new Map(), runs: new Map() }
  }

  thread(user: UserHead, id: string): ThreadHead | null {
    const row = this.#row('thread', user.key, id)
    return row ? threadHeadOf(row) : null
  }

  run(user: UserHead, id: string): RunHead | null {
    const row = this.#row('run', user.key, id)
    return row ? runHeadOf(row) : null
  }

  newKey(_of: string, id: string): string {
    return id
  }

  threadIdByKey: Ask['threadIdByKey'] = (user, key) =>
    (this.#row('threadIdByKey', user, key)?.[0] ?? null) as string | null
  messageById: Ask['messageById'] = (user, thread, id) =>
    saidRowOf(this.#row('messageById', user, thread, id))
  idAt: Ask['idAt'] = (user, thread, seq) =>
    must(this.#row('idAt', user, thread, seq), `message ${seq} is there`)[0] as string
  hasChild: Ask['hasChild'] = (user, thread, seq) => this.#row('hasChild', user, thread, seq)?.[0] === true
  isBinned: Ask['isBinned'] = (user, thread, seq) => this.#row('isBinned', user, thread, seq)?.[0] === true
  threadPlace: Ask['threadPlace'] = (user, thread) => placeRowOf(this.#row('threadPlace', user, thread))
  runById: Ask['runById'] = (user, id) => runRowOf(this.#row('run', user, id))
  runByKey: Ask['runByKey'] = (user, key) => runRowOf(this.#row('run', user, key))
  runByAttempt: Ask['runByAttempt'] = (user, thread, promptSeq, attempt) =>
    runRowOf(this.#row('runByAttempt', user, thread, promptSeq, attempt))
  lastAttempt: Ask['lastAttempt'] = (user, thread, promptSeq) =>
    this.#row('lastAttempt', user, thread, promptSeq)?.[0] as number
  departuresAfter: Ask['departuresAfter'] = (user, thread, seq) =>
    this.#rows('departuresAfter', user, thread, seq).map(
      ([seq, parent]) => ({ seq, parent }) as { seq: number; parent: number },
    )

  #row(name: AskName, ...values: (string | number)[]): Row | undefined {
    return this.#rows(name, ...values)[0]
  }

  #rows(name: AskName, ...values: (string | number)[]): readonly Row[] {
    return this.#known.ask(name, ...values) as readonly Row[]
  }
}

/** A head pointer that leads nowhere loses no message: the newest one takes its place. */
export function threadHeadOf(row: Row): ThreadHead {
  const [
    id, headId, headSeq, lastSeq, messageCount, forkCount, chain, changeSeq, updatedAt, binnedAt, titledBy, externalKey, createdAs, lastId,
  ] = row as [
    string, string | null, number | null, number, number, number, Buffer, number, number, number | null, TitledBy | null, string | null,
    Buffer, string | null,
  ] // prettier-ignore
  const lost = headSeq === null && lastSeq > 0
  return {
    key: id,
    id,
    headId: lost ? lastId : headSeq === null ? null : headId,
    headSeq: lost ? lastSeq : (headSeq ?? 0),
    lastSeq,
    messageCount,
    forkCount,
    chain: Uint8Array.from(chain),
    changeSeq,
    updatedAt,
    binnedAt,
    titledBy,
    externalKey,
    createdAs: createdAs.toString('hex'),
  }
}

function runHeadOf(row: Row): RunHead {
  const [id, promptSeq, replySeq, attempt, status, epoch, replyId, threadId, nextOrdinal] = row as [
    string, number, number, number, number, number, string, string, number,
  ] // prettier-ignore
  return { key: id, id, threadId, promptSeq, replySeq, replyId, attempt, status, epoch, nextOrdinal }
}

function runRowOf(row: Row | undefined): RunRow | null {
  if (!row) return null
  const { key, id, threadId, promptSeq, replySeq, replyId, attempt, status, epoch } = runHeadOf(row)
  return {
    key,
    id,
    message: promptSeq,
    reply: replySeq,
    attempt,
    status,
    epoch,
    reply_id: replyId,
    thread_id: threadId,
  }
}

function placeRowOf(row: Row | undefined): PlaceRow | null {
  if (!row) return null
  const [read_seq, draft, change_seq] = row as [number, string | null, number]
  return { read_seq, draft, change_seq }
}

function saidRowOf(row: Row | undefined): SaidRow | null {
  if (!row) return null
  const [
    seq, parent, role, status, placed, text, parts, run, tag, intent, confidence, entities, sources, metadata, change_seq, checksum,
  ] = row as [
    number, number, number, number, number, string, string | null, string | null, string | null, string | null, number | null,
    string | null, string | null, string | null, number, string,
  ] // prettier-ignore
  return {
    seq, parent, role, status, placed, text, parts, run, tag, intent, confidence, entities, sources, metadata, change_seq, checksum,
  } // prettier-ignore
}
