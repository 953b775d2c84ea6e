// Threads: made, listed, read, changed, thrown away and taken back.

import { z } from 'zod'
import { mainThread, threadByKey } from '../../chat/main-thread.ts'
import { stopThread } from '../../chat/stop.ts'
import { threadStates } from '../../core/thread.ts'
import { ok, written } from '../answer.ts'
import { mine, route } from '../route.ts'
import { forever, maybeText, pageRows, text, words } from '../shapes/fields.ts'
import { keyedThreadGiven, newThread, thread, threadBody, threadPatch, writtenThread } from '../shapes/thread.ts' // prettier-ignore
import { receipt } from '../shapes/receipt.ts'
import { threadGivenOf, threadPatched } from '../thread-given.ts'
import { staleHeader } from '../stale.ts'
import { threadPage } from '../thread-page.ts'
import { commitThread, forgetThread, threadOf } from '../thread-written.ts'

export const threadRoutes = [
  route({
    method: 'POST',
    path: '/v1/threads',
    policy: mine('me', 'write'),
    summary: 'Makes a thread. The same id with the same content is the same thread.',
    body: newThread,
    answers: { 200: writtenThread, 201: writtenThread },
    async handle({ user, body: { id, ...given } }, room) {
      const threadId = id ?? room.chat.newId()
      const changes = [{ kind: 'thread.created' as const, threadId, ...threadGivenOf(given, room.chat) }]
      const { thread, receipt } = await commitThread(room, user, changes)
      return written(threadBody(user, thread), receipt, 201)
    },
  }),
  route({
    method: 'GET',
    path: '/v1/threads',
    policy: mine('me', 'read'),
    summary: 'A page of threads, newest activity first.',
    query: z.strictObject({
      limit: pageRows.default(30),
      cursor: text.max(1000).optional(),
      state: z.enum(threadStates).default('active'),
      persona: words('personaIdChars', 1).optional(),
    }),
    answers: { 200: z.strictObject({ threads: z.array(thread), nextCursor: maybeText }) },
    handle: async ({ user, query }, room) => ok(await threadPage(room, user, query)),
  }),
  route({
    method: 'PUT',
    path: '/v1/threads/main',
    policy: mine('me', 'write'),
    summary: "The user's main thread, made if it is not there.",
    body: z.strictObject({}),
    answers: { 200: writtenThread, 201: writtenThread },
    async handle({ user }, room) {
      const { thread, kept } = await mainThread(room.chat, user)
      return written(threadBody(user, thread), kept.receipt, 201)
    },
  }),
  route({
    method: 'PUT',
    path: '/v1/threads/by-key/:externalKey',
    policy: mine('me', 'write'),
    summary: 'The thread with this key outside, made if it is not there. Threads in the bin do not count.',
    body: keyedThreadGiven,
    answers: { 200: writtenThread, 201: writtenThread },
    async handle({ user, params, body }, room) {
      const given = threadGivenOf(body, room.chat)
      const { thread, kept } = await threadByKey(room.chat, user, params.externalKey, given)
      return written(threadBody(user, thread), kept.receipt, 201)
    },
  }),
  route({
    method: 'GET',
    path: '/v1/threads/:threadId',
    policy: mine('thread', 'read'),
    summary: 'One thread, in the bin or not.',
    answers: { 200: thread },
    async handle({ user, params }, room) {
      const thread = await threadOf(room, user, params.threadId)
      return { ...ok(threadBody(user, thread)), headers: staleHeader(room, thread) }
    },
  }),
  route({
    method: 'PATCH',
    path: '/v1/threads/:threadId',
    policy: mine('thread', 'write'),
    summary: 'Changes the title, the persona, the head, the context, or whether it is archived or pinned.',
    body: threadPatch,
    answers: { 200: writtenThread },
    async handle({ user, params: { threadId }, body }, room) {
      const changes = threadPatched(threadId, body, room.chat)
      const { thread, receipt } = await commitThread(room, user, changes)
      return written(threadBody(user, thread), receipt)
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/threads/:threadId',
    policy: mine('thread', 'write'),
    summary:
      'Stops whoever is answering in a thread and puts it in the bin, or removes it at once with every word.',
    query: forever,
    answers: { 200: z.union([writtenThread, z.strictObject({ receipt })]) },
    async handle({ user, params: { threadId }, query }, room) {
      await stopThread(room.chat, user, threadId)
      if (query.forever) return written({}, await forgetThread(room, user, threadId))
      const { thread, receipt } = await commitThread(room, user, [{ kind: 'thread.binned', threadId }])
      return written(threadBody(user, thread), receipt)
    },
  }),
  route({
    method: 'POST',
    path: '/v1/threads/:threadId/restore',
    policy: mine('thread', 'write'),
    summary:
      'Takes a thread back out of the bin; without its key outside, if another has taken that meanwhile.',
    body: z.strictObject({}),
    answers: { 200: writtenThread.extend({ externalKeyCleared: z.boolean() }) },
    async handle({ user, params: { threadId } }, room) {
      const { externalKey } = await threadOf(room, user, threadId)
      const { thread, receipt } = await commitThread(room, user, [{ kind: 'thread.restored', threadId }])
      const externalKeyCleared = externalKey !== null && thread.externalKey === null
      return written({ ...threadBody(user, thread), externalKeyCleared }, receipt)
    },
  }),
]
