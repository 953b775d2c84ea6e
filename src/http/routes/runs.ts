// Attempts to answer: how they stand, what they say from any place on, and an end to them.

import { z } from 'zod'
import { follow } from '../../chat/follow.ts'
import { stopRun, stopThread } from '../../chat/stop.ts'
import type { Run } from '../../core/run.ts'
import { answer, ok } from '../answer.ts'
import { inBin, notFound } from '../errors.ts'
import { type Room, streamed } from '../room.ts'
import { mine, route } from '../route.ts'
import { positionAsked, runEvents } from '../run-events.ts'
import { id, text } from '../shapes/fields.ts'
import { receipt } from '../shapes/receipt.ts'
import { run, runBody } from '../shapes/run.ts'
import { stopReceipt } from '../stop-receipt.ts'
import { threadOf } from '../thread-written.ts'

const one = '/v1/threads/:threadId/runs/:runId'

export const runRoutes = [
  route({
    method: 'GET',
    path: one,
    policy: mine('run', 'read'),
    summary: 'One attempt to answer: how it stands or ended, and what its model was given.',
    answers: { 200: run },
    handle: async ({ user, params }, room) => ok(runBody(user, await runOf(room, user, params))),
  }),
  route({
    method: 'GET',
    path: `${one}/events`,
    policy: mine('run', 'read'),
    summary:
      'Everything of a run from a place on, and always its end. The place is "after", or Last-Event-ID.',
    query: z.strictObject({ after: text.max(40).optional() }),
    streams: true,
    answers: { 200: 'text/event-stream' },
    async handle(asked, room) {
      const { user, params, query, request } = asked
      const { id } = await runOf(room, user, params)
      const after = positionAsked(request, query.after)
      return streamed(room, asked, (send, signal) =>
        follow(room.chat, user, id, after, runEvents(send), signal),
      )
    },
  }),
  route({
    method: 'POST',
    path: `${one}/stop`,
    policy: mine('run', 'write'),
    summary: 'Stops a run and keeps what it has said. Stopping twice is stopping once.',
    body: z.strictObject({}),
    answers: { 200: z.strictObject({ run, receipt }) },
    async handle({ user, params }, room) {
      const before = await runOf(room, user, params)
      const after = await stopRun(room.chat, user, before.id)
      return ok({ run: runBody(user, after), receipt: await stopReceipt(room, before, after) })
    },
  }),
  route({
    method: 'POST',
    path: '/v1/threads/:threadId/stop',
    policy: mine('thread', 'write'),
    summary:
      'Stops every run of a thread, or the one that belongs to a message, before its id is even known.',
    body: z.strictObject({ messageId: id.optional() }),
    answers: { 200: z.strictObject({ runs: z.array(run), receipt: receipt.nullable() }) },
    async handle({ user, params: { threadId }, body }, room) {
      await threadOf(room, user, threadId)
      const runs = await stopThread(room.chat, user, threadId, body.messageId)
      const last = runs.at(-1)
      const receipt = last ? await stopReceipt(room, { ...last, status: 'running' }, last) : null
      return answer(200, { runs: runs.map((run) => runBody(user, run)), receipt })
    },
  }),
]

/** A run of another thread is not here, even if it is the caller's; one in the bin is not shown. */
async function runOf(
  { store }: Room,
  user: string,
  { threadId, runId }: { threadId: string; runId: string },
) {
  const run: Run | null = await store.run(user, runId)
  if (run?.threadId !== threadId) throw notFound('run', runId)
  if ((await store.thread(user, threadId))?.binnedAt === null) return run
  throw inBin('thread', threadId)
}
