// What must be true of everything that one user owns, whoever wrote it and in whatever order: no gap, no word lost, every sum right.
import { expect } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { xorInto } from '../../src/core/checksum.ts'
import type { Message } from '../../src/core/message.ts'
import type { Store } from '../../src/core/store.ts'
import { checksumOf, linkOf } from '../../src/store/hash.ts'

/** The messages of a thread, after a look at all that can be wrong with it. */
export async function wholeThread(store: Store, user: string, threadId: string): Promise<Message[]> {
  const thread = must(await store.thread(user, threadId), `${user} has the thread ${threadId}`)
  const messages = await allOf(store, user, threadId)
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, i) => i + 1))
  expect(thread).toMatchObject({ lastSeq: messages.length, messageCount: messages.length })
  expect(thread.chain, `the chain of ${user}'s ${threadId}`).toBe(chainOf(messages))
  return messages
}

/** Every change from the first, each with the next number; how many they are. */
export async function wholeChanges(store: Store, user: string): Promise<number> {
  const { changeSeq } = must(await store.user(user), `${user} is there`)
  let last = 0
  while (last < changeSeq) {
    const rows = must(await store.changes(user, last, 200), 'nothing was trimmed')
    expect(rows.map((row) => row.changeSeq)).toEqual(rows.map((_, i) => last + i + 1))
    last += rows.length
  }
  return changeSeq
}

async function allOf(store: Store, user: string, threadId: string): Promise<Message[]> {
  const all: Message[] = []
  for (;;) {
    const page = await store.messages(user, threadId, {
      branch: 'all',
      after: all.at(-1)?.seq ?? 0,
      limit: 200,
    })
    const { messages } = must(page, `the thread ${threadId} can be read`)
    all.push(...messages)
    if (messages.length < 200) return all
  }
}

function chainOf(messages: readonly Message[]): string {
  const chain = new Uint8Array(16)
  for (const { status, seq, id, role, text } of messages)
    if (status !== 'pending') xorInto(chain, linkOf(seq, id, checksumOf(role, { text, parts: null })))
  return Buffer.from(chain).toString('hex')
}
