// Messages for tests that need some: what is not said of them is as plain as can be.
import type { Message } from '../../src/client/client.ts'

export const messageOf = (id: string, given: Partial<Message> = {}): Message => ({
  id,
  threadId: 't',
  seq: Number(id.replace(/\D/g, '')) || 1,
  parentId: null,
  role: 'user',
  status: 'complete',
  text: id,
  personaId: null,
  personaVersion: null,
  sessionId: null,
  runId: null,
  siblings: { index: 0, count: 1, ids: [id] },
  provider: null,
  model: null,
  usage: null,
  tag: null,
  intent: null,
  confidence: null,
  entities: null,
  sources: null,
  metadata: null,
  origin: null,
  createdAt: '2026-11-20T10:00:00.000Z',
  finishedAt: null,
  ...given,
})

/** m1 … mn, each the answer to the one before it. */
export const pathOf = (from: number, to: number): Message[] =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const seq = from + index
    return messageOf(`m${seq}`, { seq, parentId: seq === 1 ? null : `m${seq - 1}` })
  })
