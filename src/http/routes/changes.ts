// What changed since a caller last looked, for devices that keep a copy.

import { z } from 'zod'
import { ThreadkeepError } from '../../core/errors.ts'
import { limitMax } from '../../core/limits.ts'
import type { ChangeRow } from '../../core/store.ts'
import { ok } from '../answer.ts'
import { type Room, streamed } from '../room.ts'
import { mine, route } from '../route.ts'
import { count, maybeText, pageRows, seq, text } from '../shapes/fields.ts'
import type { Send } from '../sse.ts'

const change = z
  .strictObject({ changeSeq: count, kind: text, threadId: maybeText, messageSeq: count.nullable() })
  .meta({ id: 'Change' })

export const changeRoutes = [
  route({
    method: 'GET',
    path: '/v1/changes',
    policy: mine('me', 'read'),
    summary:
      'Changes beyond a changeSeq, oldest first; 410 when that far back is no longer held, or never was.',
    query: z.strictObject({ since: seq.default(0), limit: pageRows.default(limitMax('pageRows')) }),
    answers: {
      200: z.strictObject({ changes: z.array(change), next: count, backedUpTo: count.nullable() }),
    },
    async handle({ user, query: { since, limit } }, room) {
      const changes = await changesNotBeyond(room, user, since, limit)
      return ok({
        changes,
        next: changes.at(-1)?.changeSeq ?? since,
        backedUpTo: room.backedUpTo?.(user) ?? null,
      })
    },
  }),
  route({
    method: 'GET',
    path: '/v1/changes/stream',
    policy: mine('me', 'read'),
    summary: 'The same as events, as they come: from "since" or Last-Event-ID on, else from now on.',
    query: z.strictObject({ since: seq.optional() }),
    streams: true,
    answers: { 200: 'text/event-stream' },
    async handle(asked, room) {
      const { user, request, query } = asked
      const since = query.since ?? seenBefore(request) ?? (await room.store.user(user))?.changeSeq ?? 0
      const first = await changesNotBeyond(room, user, since, limitMax('pageRows'))
      return streamed(room, asked, (send, signal) => tellChanges(room, user, since, first, send, signal))
    },
  }),
]

async function tellChanges(
  room: Room,
  user: string,
  since: number,
  first: ChangeRow[],
  send: Send,
  signal: AbortSignal,
): Promise<void> {
  const limit = limitMax('pageRows')
  for (let rows = first, seen = since; !signal.aborted;) {
    for (const row of rows) send({ event: 'change', id: String(row.changeSeq), data: row })
    seen = rows.at(-1)?.changeSeq ?? seen
    if (rows.length < limit) rows = await newsBeyond(room, user, seen, signal)
    else rows = await changesSince(room, user, seen, limit)
  }
}

/** What was committed while nobody listened yet is found by a look; whatever comes after it is told. */
async function newsBeyond(room: Room, user: string, seen: number, signal: AbortSignal): Promise<ChangeRow[]> {
  const limit = limitMax('pageRows')
  const found = new AbortController()
  const news = room.news.next(user, seen, AbortSignal.any([signal, found.signal]))
  try {
    const rows = await changesSince(room, user, seen, limit)
    if (rows.length > 0) return rows
    await news
    return signal.aborted ? [] : await changesNotBeyond(room, user, seen, limit)
  } finally {
    found.abort()
  }
}

/** Whoever saw more than there is saw it before the house was put back, and would hear nothing until that number is passed. */
async function changesNotBeyond(
  room: Room,
  user: string,
  since: number,
  limit: number,
): Promise<ChangeRow[]> {
  const changes = await changesSince(room, user, since, limit)
  if (changes.length > 0 || since === 0) return changes
  if (since <= ((await room.store.user(user))?.changeSeq ?? 0)) return changes
  throw resync(`This house has not come as far as ${since}: it was put back to an older state.`)
}

async function changesSince(
  { store }: Room,
  user: string,
  since: number,
  limit: number,
): Promise<ChangeRow[]> {
  const changes = await store.changes(user, since, limit)
  if (changes) return changes
  throw resync(`What changed right after ${since} is no longer held.`)
}

const resync = (message: string) =>
  new ThreadkeepError(
    'resync',
    message,
    'Read the threads anew, and follow changes from the changeSeq of GET /v1/me.',
  )

function seenBefore(request: Request): number | undefined {
  const id = request.headers.get('last-event-id') ?? ''
  if (id === '') return undefined
  if (/^\d{1,15}$/.test(id)) return Number(id)
  throw new ThreadkeepError(
    'malformed',
    'This Last-Event-ID is no changeSeq.',
    'Send the id of the last event.',
  )
}
