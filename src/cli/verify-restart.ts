// A house of its own: begun in a process, killed in the middle of an answer, begun again, and read: what was acknowledged is there, and
// of the answer no more is missing than the last second.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Answer } from '../client/client.ts'
import { ThreadkeepError } from '../core/errors.ts'
import { utf8Bytes } from '../core/text.ts'
import { checksumOf } from './verify-checksum.ts'
import { type Listener, listenerAt, saidIn } from './verify-heard.ts'
import { holds, type Steps } from './verify-step.ts'

/** The last second of an answer may be lost, and a busy disk has a little longer to take what was there before. */
const lostMsMax = 1_300
/** Some of the answer is on the disk by then, and some is not. */
const killAfterMs = 2_400
const closingMs = 30_000
/** The demo voice thinks aloud about it and quotes it, which takes it some seconds. */
const text = `/think My aunt keeps ${'a rose and a bee and a cat and '.repeat(12)}a bicycle.`

/** In a passing folder, or in one that nobody uses. */
export async function restartRound(steps: Steps, data: string | undefined): Promise<void> {
  const folder = data === undefined ? mkdtempSync(join(tmpdir(), 'threadkeep-verify-')) : resolve(data)
  await using houses = new AsyncDisposableStack()
  if (data === undefined) houses.defer(() => rmSync(folder, { recursive: true, force: true }))
  const begin = () => born(folder, houses)
  const first = await steps.take('begin', async () => ({
    house: await begin(),
    words: `A house in ${folder}.`,
  }))
  const killed = first && (await steps.take('kill', () => killInAnswer(first.house, steps.deadline)))
  const again = killed && (await steps.take('begin again', async () => ({ house: await begin(), words: 'It opened its store.' }))) // prettier-ignore
  if (!killed || !again) return
  const self = listenerAt(again.house.url, killed.token, steps.deadline)
  await steps.take('read back', () => readBack(self, killed))
  await steps.take('send again', () => sendAgain(self, killed))
  await steps.takeAnyway('forget', () => forget(again.house.url, killed), closingMs)
}

type House = { url: string; kill: () => Promise<void> }

/** It ends with the stack, also where nobody waited for it to be reached. */
async function born(folder: string, houses: AsyncDisposableStack): Promise<House> {
  const child = fork(new URL('./verify-house.ts', import.meta.url), [folder], { cwd: tmpdir(), env: {} })
  const gone = once(child, 'exit')
  const end = async (how: (child: ChildProcess) => unknown) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    how(child)
    const late = setTimeout(() => child.kill('SIGKILL'), closingMs)
    await gone
    clearTimeout(late)
  }
  houses.defer(() => end(() => child.connected && child.disconnect()))
  const [said] = (await Promise.race([once(child, 'message'), gone])) as [
    { url?: string; refused?: string } | null,
  ]
  holds(typeof said?.url === 'string', said?.refused ?? 'The house ended before it could be reached.')
  return { url: said.url, kill: () => end(() => child.kill('SIGKILL')) }
}

type Killed = { token: string; threadId: string; id: string; replyId: string; heard: string; heardBefore: string } // prettier-ignore

async function killInAnswer(house: House, deadline: AbortSignal): Promise<Killed & { words: string }> {
  const { token } = await listenerAt(house.url, null, deadline).client.guest()
  holds(token !== undefined, 'The house made a guest and gave no token.')
  const { client } = listenerAt(house.url, token, deadline)
  const threadId = client.newId()
  const away = new AbortController()
  const answer = client.send(threadId, { text, thread: {}, signal: away.signal })
  const { receipt, replyId } = await answer.kept
  holds(receipt.durability === 'disk', `It was kept "${receipt.durability}" instead of "disk".`)
  holds(replyId !== null, 'Nobody is answering it.')
  const heardBefore = await heardUntil(answer)
  await house.kill()
  const heard = saidIn(answer)
  away.abort()
  const words = `Killed in the middle of its answer, of which ${utf8Bytes(heard)} bytes were heard.`
  return { token, threadId, id: answer.id, replyId, heard, heardBefore, words }
}

/** What had been heard so long ago that it must be on the disk now. */
async function heardUntil(answer: Answer): Promise<string> {
  for await (const { type } of answer) if (type === 'run.delta') break
  await pause(killAfterMs - lostMsMax)
  const heardBefore = saidIn(answer)
  await pause(lostMsMax)
  return heardBefore
}

const pause = (ms: number) => new Promise<void>((done) => void setTimeout(done, ms))

async function readBack({ client }: Listener, { threadId, id, replyId, heard, heardBefore }: Killed) {
  const said = await client.messages.get(threadId, id)
  const reply = await client.messages.get(threadId, replyId)
  holds(checksumOf(said) === checksumOf({ role: 'user', text }), 'What was acknowledged is not what is there.') // prettier-ignore
  holds(reply.status === 'interrupted', `The answer is ${reply.status} instead of interrupted.`)
  const kept = saidIn(reply)
  holds(heard.startsWith(kept) || kept.startsWith(heard), 'Other words are kept than were heard.')
  const lost = Math.max(0, utf8Bytes(heard) - utf8Bytes(kept))
  holds(kept.startsWith(heardBefore), `Of the answer ${lost} bytes are missing, and they are of more than the last second.`) // prettier-ignore
  return { words: `What was acknowledged is there; of the answer ${lost} of the ${utf8Bytes(heard)} bytes that were heard are missing.` } // prettier-ignore
}

async function sendAgain({ client }: Listener, { threadId, id, replyId }: Killed) {
  const answer = client.send(threadId, { id, text })
  const kept = await answer.kept
  const { result } = kept.receipt
  await answer.finished
  holds(result === 'replayed' && kept.replyId === replyId, `The same id again was "${result}", with the answer ${kept.replyId ?? 'of nobody'}.`) // prettier-ignore
  return { words: 'The same id again: replayed.' }
}

async function forget(url: string, { token, threadId }: Killed) {
  const { client } = listenerAt(url, token, AbortSignal.timeout(closingMs))
  await client.threads.bin(threadId, { forever: true })
  const left = await client.threads.get(threadId).then(() => true, (fault: unknown) => fault) // prettier-ignore
  holds(left instanceof ThreadkeepError && ['not_found', 'deleted'].includes(left.code), 'What was forgotten can still be read.') // prettier-ignore
  return { words: 'The thread is deleted forever.' }
}
