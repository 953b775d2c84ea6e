// The caller: who they are, how they want to be answered, and all that they own.

import { keptOrThrow } from '../../core/receipt.ts'
import type { OwnedRecord, Store } from '../../core/store.ts'
import { ok, written } from '../answer.ts'
import { keptJson } from '../kept-json.ts'
import { knownPersonaId } from '../persona-named.ts'
import { mine, route } from '../route.ts'
import { messageBody } from '../shapes/message.ts'
import { placeBody } from '../shapes/place.ts'
import { runBody } from '../shapes/run.ts'
import { threadBody } from '../shapes/thread.ts'
import { defined } from '../thread-given.ts'
import { user, userBody, userPatch, writtenUser } from '../shapes/user.ts'

export const meRoutes = [
  route({
    method: 'GET',
    path: '/v1/me',
    policy: mine('me', 'read'),
    summary: 'Who is asking.',
    answers: { 200: user },
    handle: async (asked, { store }) => ok(userBody(asked.user, await store.user(asked.user))),
  }),
  route({
    method: 'PATCH',
    path: '/v1/me',
    policy: mine('me', 'write'),
    summary: 'Changes what the caller is called and how they want to be answered.',
    body: userPatch,
    answers: { 200: writtenUser },
    async handle({ user, body }, { store, chat }) {
      const fields = defined({
        ...body,
        defaultPersonaId: knownPersonaId(body.defaultPersonaId, chat.personas),
        personaPrompt: keptJson(body.personaPrompt, 'personaPrompt'),
      })
      const change = { kind: 'user.changed' as const, ...fields }
      const { receipt } = keptOrThrow(await store.commit({ user, at: chat.now(), changes: [change] }))
      return written(userBody(user, await store.user(user)), receipt)
    },
  }),
  route({
    method: 'GET',
    path: '/v1/me/export',
    policy: mine('me', 'read'),
    summary: 'Everything the caller owns, one JSON line each; the last line says how many there were.',
    streams: true,
    answers: { 200: 'application/x-ndjson' },
    handle: ({ user, request }, { store }) => ({
      status: 200,
      body: request.method === 'HEAD' ? '' : streamOf(linesOf(store, user)),
      type: 'application/x-ndjson; charset=utf-8',
      headers: { 'content-disposition': 'attachment; filename="threadkeep.ndjson"' },
    }),
  }),
]

function streamOf(lines: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await lines.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: async () => void (await lines.return(undefined)),
  })
}

const encoder = new TextEncoder()

async function* linesOf(store: Store, user: string): AsyncGenerator<Uint8Array> {
  const counts = { user: 0, thread: 0, ref: 0, place: 0, message: 0, run: 0 }
  for await (const record of store.everything(user)) {
    counts[record.type]++
    yield encoder.encode(`${JSON.stringify(recordBody(user, record))}\n`)
  }
  yield encoder.encode(`${JSON.stringify({ type: 'end', counts })}\n`)
}

function recordBody(user: string, record: OwnedRecord) {
  switch (record.type) {
    case 'user':
      return { type: 'user', user: userBody(user, record.user) }
    case 'thread':
      return { type: 'thread', thread: threadBody(user, record.thread) }
    case 'ref':
      return record
    case 'place':
      return { type: 'place', place: { threadId: record.place.threadId, ...placeBody(record.place) } }
    case 'message':
      return { type: 'message', message: messageBody(record.message) }
    case 'run':
      return { type: 'run', run: runBody(user, record.run) }
  }
}
