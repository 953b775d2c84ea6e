// What plans ask, answered by the writing connection, which sees everything that was written before in the same transaction.

import { must } from '../../core/assert.ts'
import type { Departure } from '../../core/tree.ts'
import type { Ask, PlaceRow, SaidRow } from '../plan/ask.ts'
import type { RunRow } from '../plan/heads.ts'
import type { Statements } from './statements.ts'

export function asking(put: Statements): Ask {
  return {
    threadIdByKey: (user, externalKey) => {
      const row = put.threadIdByKey.get(user, externalKey) as { id: string } | undefined
      return row?.id ?? null
    },
    messageById: (user, thread, id) => (put.messageById.get(user, thread, id) as SaidRow | undefined) ?? null,
    idAt: (user, thread, seq) => {
      const row = put.messageAt.get(user, thread, seq) as { id: string } | undefined
      return must(row, `message ${seq} is there`).id
    },
    hasChild: (user, thread, seq) =>
      put.followerOf.get(user, thread, seq + 1, seq) !== undefined ||
      put.departingFrom.get(user, thread, seq) !== undefined,
    departuresAfter: (user, thread, seq) => put.departuresAfter.all(user, thread, seq) as Departure[],
    isBinned: (user, thread, seq) => put.binned.get(user, thread, seq) !== undefined,
    threadPlace: (user, thread) => (put.threadPlace.get(user, thread) as PlaceRow | undefined) ?? null,
    runById: (user, id) => (put.runById.get(user, id) as RunRow | undefined) ?? null,
    runByKey: (user, key) => (put.runByKey.get(user, key) as RunRow | undefined) ?? null,
    runByAttempt: (user, thread, promptSeq, attempt) =>
      (put.runByAttempt.get(user, thread, promptSeq, attempt) as RunRow | undefined) ?? null,
    lastAttempt: (user, thread, promptSeq) => {
      const row = put.lastAttempt.get(user, thread, promptSeq) as { attempt: number | null }
      return row.attempt ?? 0
    },
  }
}
