// The way through everything that one user owns, in reading order, a bounded piece at a time, so that no moment is held on to.

import { limitMax } from '../../core/limits.ts'
import type { OwnedRecord } from '../../core/store.ts'
import type { Ask, Place, RunMark } from './ask.ts'
import type { MessagePages } from './message-pages.ts'
import { inOrder, placeOf, refOf, runOf, threadOf, userOf } from './rows.ts'

/** Where a piece begins: with the user; or with this thread, if it is still there, after what was shown of it. */
export type WalkMark = 'user' | { thread: number; shown: Shown }
/** In this order. The runs come when the messages are through. */
type Shown = 'nothing' | { messages: number } | { runs: RunMark }
export type Piece = { records: OwnedRecord[]; next: WalkMark | null }

const noRuns: RunMark = [0, 0]

/** By the order of creation, which nothing changes meanwhile. The bin is left out of every page, but it is still its owner's. */
export function pieceFrom(ask: Ask, pages: MessagePages, userId: string, mark: WalkMark): Piece {
  if (mark === 'user') return pieceOfUser(ask, userId)
  const row = ask.threadFrom(userId, mark.thread)
  if (!row) return { records: [], next: null }
  const { order, thread } = threadOf(userId, row)
  const shown = order === mark.thread ? mark.shown : 'nothing'
  const place = ask.placeOf(userId, { order, thread })
  const piece =
    typeof shown === 'object' && 'runs' in shown
      ? runsAfter(ask, place, shown.runs)
      : messagesAfter(ask, pages, place, shown === 'nothing' ? 0 : shown.messages)
  return {
    records:
      shown === 'nothing'
        ? [{ type: 'thread', thread }, ...besides(ask, place), ...piece.records]
        : piece.records,
    next: piece.rest ? { thread: order, shown: piece.rest } : { thread: order + 1, shown: 'nothing' },
  }
}

function pieceOfUser(ask: Ask, userId: string): Piece {
  const row = ask.user(userId)
  if (!row) return { records: [], next: null }
  return { records: [{ type: 'user', user: userOf(row) }], next: { thread: 0, shown: 'nothing' } }
}

function besides(ask: Ask, { userId, id: threadId }: Place): OwnedRecord[] {
  const refs = inOrder(ask.refs(userId, threadId).map(refOf))
  const cells = ask.threadPlace(userId, threadId)
  const isThere = cells !== null && cells[0] !== null
  return [
    ...refs.map((ref): OwnedRecord => ({ type: 'ref', ref: { threadId, ...ref } })),
    ...(isThere ? [{ type: 'place' as const, place: { threadId, ...placeOf(cells) } }] : []),
  ]
}

type PieceOfThread = { records: OwnedRecord[]; rest: Shown | null }

function messagesAfter(ask: Ask, pages: MessagePages, place: Place, after: number): PieceOfThread {
  const page = pages.page(place, { limit: limitMax('pageRows'), after, branch: 'all' })
  const messages = page?.messages ?? []
  const last = messages.at(-1)
  const records = messages.map((message): OwnedRecord => ({ type: 'message', message }))
  if (last && page?.hasMore.after) return { records, rest: { messages: last.seq } }
  const runs = runsAfter(ask, place, noRuns)
  return { records: [...records, ...runs.records], rest: runs.rest }
}

function runsAfter(ask: Ask, place: Place, after: RunMark): PieceOfThread {
  const limit = limitMax('pageRows')
  const rows = ask.runsAfter(place, after, limit)
  const last = rows.at(-1)
  const records = rows.map((row): OwnedRecord => ({ type: 'run', run: runOf(place.userId, row) }))
  if (!last || rows.length < limit) return { records, rest: null }
  return { records, rest: { runs: [last[14] as number, last[4] as number] } }
}
