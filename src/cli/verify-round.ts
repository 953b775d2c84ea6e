// One round at a running house: something is said, heard, cut, taken up, read back, sent twice, asked for by a stranger, stopped, and
// forgotten. What is promised is compared with what came, byte for byte.

import type { Answer, Client, Message } from '../client/client.ts'
import { must } from '../core/assert.ts'
import { ThreadkeepError } from '../core/errors.ts'
import { utf8Bytes } from '../core/text.ts'
import { checksumOf } from './verify-checksum.ts'
import { holdsEnd, isWord, listenerAt, saidIn, saidOn } from './verify-heard.ts'
import { holds, type Steps } from './verify-step.ts'
import { lookFrom } from './verify-stranger.ts'
import { type Visitors, type VisitorsAsked, visitorsOf } from './verify-visitors.ts'

const cleaningMs = 10_000
/** An end that was being written as the stop came is no fault. */
const stopGraceMs = 1_000

/** One conversation, by names that only this round knows. */
type Talk = Visitors & { threadId: string; id: string; text: string }

export async function round(steps: Steps, asked: VisitorsAsked): Promise<void> {
  const visitors = await steps.take('who', () => visitorsOf(asked, steps.deadline))
  if (!visitors) return
  const { client, token } = visitors.self
  const talk = { ...visitors, threadId: client.newId(), id: client.newId(), text: wordsFor(client.newId()) }
  try {
    await converse(steps, talk)
  } finally {
    const cleaner = listenerAt(asked.url, token, AbortSignal.timeout(cleaningMs)).client
    await steps.takeAnyway('forget', () => forget(cleaner, talk), cleaningMs)
  }
}

/** Every kind of character that something on the way might want to improve, and a wish for an answer of some length. */
const wordsFor = (nonce: string): string =>
  `Verification ${nonce}: žlutý kůň, e\u0301, नमस्ते, 🌹🏳️‍🌈, "quotes", \\, <b>&amp;</b>,\ta tab.\r\nPlease say something about roses, in some fifty words.`

async function converse(steps: Steps, talk: Talk): Promise<void> {
  const sent = await steps.take('send', () => send(talk))
  const resumed = sent && (await steps.take('resume', () => resume(talk, sent.answer)))
  if (!resumed) return
  await steps.take('read back', () => readBack(talk, resumed.reply))
  await steps.take('send again', () => sendAgain(talk, resumed.reply))
  await steps.take('other words', () => sendOther(talk))
  await steps.take('other reader', () => lookFrom(talk, resumed.reply))
  await steps.take('stop', () => stop(talk))
}

/** Heard until its first words, and left there: looking away stops nothing. */
async function send({ self, threadId, id, text }: Talk) {
  const away = new AbortController()
  const answer = self.client.send(threadId, { id, text, thread: { title: 'Verification' }, signal: away.signal }) // prettier-ignore
  const { message, receipt, runId } = await answer.kept
  holds(receipt.durability !== 'spooled', 'It is kept on the disk of one node: the database of the house is away.') // prettier-ignore
  holds(receipt.id === id && message.id === id, `It was kept under another id, ${receipt.id}.`)
  holds(receipt.result === 'kept', 'The house says that it had it before.')
  holds(message.text === text, 'The house gave other words back than were sent.')
  holds(runId !== null, 'Nobody is answering it.')
  await firstWords(answer)
  away.abort()
  await answer.finished.catch(() => undefined)
  return { words: `Kept under its own id, "${receipt.durability}".`, answer }
}

async function firstWords(answer: Answer): Promise<void> {
  for await (const event of answer) if (isWord(event)) return
}

/** From where it was left, and again from the middle and from the start: each time the same bytes. */
async function resume({ self, threadId }: Talk, answer: Answer) {
  const runId = must(answer.runId, 'what is answered has a run')
  const before = saidOn(self.streams.at(-1) ?? [], null)
  const reply = await toTheEnd(self.client, threadId, runId, answer.position)
  const rest = saidOn(self.streams.at(-1) ?? [], answer.position)
  holdsEnd(self.streams.at(-1) ?? [])
  const whole = saidIn(reply)
  holds(before + rest === whole, `Of the answer ${utf8Bytes(before + rest)} bytes were heard in two pieces, and they are not the ${utf8Bytes(whole)} that it has.`) // prettier-ignore
  await toTheEnd(self.client, threadId, runId, null)
  const events = self.streams.at(-1) ?? []
  holds(saidOn(events, null) === whole, 'From its start on the answer has other words.')
  const ids = events.filter(({ event }) => event === 'run.delta').flatMap(({ id: position }) => position ?? []) // prettier-ignore
  const middle = ids[Math.floor((ids.length - 1) / 2)] ?? null
  await toTheEnd(self.client, threadId, runId, middle)
  holds(whole.endsWith(saidOn(self.streams.at(-1) ?? [], middle)), 'From its middle on the answer has other words.') // prettier-ignore
  holds(reply.status === 'complete', `The answer is not complete, but ${reply.status}.`)
  return { words: `Cut after ${utf8Bytes(before)} bytes and taken up: all ${utf8Bytes(whole)} are there.`, reply } // prettier-ignore
}

const toTheEnd = (client: Client, threadId: string, runId: string, after: string | null): Promise<Message> =>
  client.follow(threadId, runId, { after }).finished

async function readBack({ self, threadId, id, text }: Talk, reply: Message) {
  const { messages } = await self.client.messages.page(threadId)
  holds(messages.length === 2, `The thread has ${messages.length} messages instead of 2.`)
  const alone = [await self.client.messages.get(threadId, id), await self.client.messages.get(threadId, reply.id)] // prettier-ignore
  const sent = [checksumOf({ role: 'user', text }), checksumOf(reply)]
  for (const [where, read] of [['on its page', messages], ['by its id', alone]] as const)
    for (const [i, message] of read.entries())
      holds(checksumOf(message) === sent[i], `The message ${message.id} has another checksum ${where} than what was ${i === 0 ? 'sent' : 'heard'}: ${checksumOf(message)} instead of ${sent[i] ?? ''}.`) // prettier-ignore
  return { words: `Both messages are as they were: ${sent.join(', ')}.` }
}

async function sendAgain({ self, threadId, id, text }: Talk, reply: Message) {
  const answer = self.client.send(threadId, { id, text })
  const { receipt, runId } = await answer.kept
  await answer.finished
  holds(receipt.result === 'replayed', `The same id again was "${receipt.result}" instead of "replayed".`)
  holds(runId === reply.runId, 'The same id again began another answer.')
  const { messages } = await self.client.messages.page(threadId, { branch: 'all' })
  holds(messages.length === 2, `After the same id again there are ${messages.length} messages.`)
  return { words: 'The same id again: replayed, and nothing came twice.' }
}

async function sendOther({ self, threadId, id, text }: Talk) {
  const refused = await self.client
    .send(threadId, { id, text: `${text} And more.` })
    .kept.then(() => null, (fault: unknown) => fault) // prettier-ignore
  holds(refused instanceof ThreadkeepError, 'The same id with other words was taken.')
  const { status } = (refused.details ?? {}) as { status?: number }
  holds(refused.code === 'same_id_other_content' && status === 422, `The same id with other words was answered ${status ?? 'without a status'}, ${refused.code}.`) // prettier-ignore
  const kept = await self.client.messages.get(threadId, id)
  holds(kept.text === text, 'The same id with other words has changed the message.')
  return { words: 'The same id with other words: 422, and the first words stand.' }
}

async function stop({ self, threadId }: Talk) {
  const answer = self.client.send(threadId, { text: 'Please tell a long story about a garden.' })
  await firstWords(answer)
  const run = await answer.stop()
  holds(run.status !== 'running', 'Asked to stop, the answer goes on.')
  const reply = await answer.finished
  holds(saidOn(self.streams.at(-1) ?? [], null) === saidIn(reply), 'What was said until the stop is not what is kept.') // prettier-ignore
  if (run.status === 'stopped') return { words: `Stopped, and ${utf8Bytes(saidIn(reply))} bytes are kept.` }
  const lateMs = Date.parse(run.endedAt ?? '') - Date.parse(run.stopAskedAt ?? run.endedAt ?? '')
  holds(run.status === 'complete' && lateMs < stopGraceMs, `Asked to stop, the answer ended as ${run.status}.`) // prettier-ignore
  return { words: 'The answer was over before it could be stopped.' }
}

/** Nothing stays but the place in the counts of the house. */
async function forget(client: Client, { threadId, id }: Talk) {
  await client.threads.bin(threadId, { forever: true }).catch(unlessAbsent)
  for (const read of [() => client.threads.get(threadId), () => client.messages.get(threadId, id)]) {
    const left = await read().then(() => true, unlessAbsent)
    holds(left !== true, 'What was forgotten can still be read.')
  }
  return { words: 'The thread is deleted forever.' }
}

function unlessAbsent(fault: unknown): void {
  if (fault instanceof ThreadkeepError && ['not_found', 'deleted'].includes(fault.code)) return
  throw fault
}
