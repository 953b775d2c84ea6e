// Answers that are lost after the store has committed, on the line to the house and on the line to the database: whoever asks again
// with the same id finds what is there, once. Whoever asks again with another id has it twice.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ThreadkeepError } from '../../src/core/errors.ts'
import type { Store } from '../../src/core/store.ts'
import { says, scriptedModel } from '../../src/model/scripted.ts'
import { openPostgres } from '../../src/store/postgres/open.ts'
import { threadkeep } from '../../src/server.ts'
import { home, Visitor } from '../http/visitor.ts'
import { startPostgres } from '../postgres/server.ts'
import { migratedDatabase } from '../postgres/whole-house.ts'
import { whoIsIt } from '../postgres/who-is-it.ts'
import { randomFrom } from '../random.ts'
import { created, said } from '../store/commits.ts'
import { CuttingLine } from './cutting-line.ts'

export type LostAnswerFigures = {
  acked: number
  lost: number
  /** Things said that stand there more than once. */
  twice: number
  cuts: number
  /** Of what was sent again, what had been kept without an answer. */
  foundAgain: number
  faults: string[]
}

export type LostAnswersAsked = { seed: number; messages: number; control?: boolean }

const people = 8
const triesMax = 100
const chanceOfCut = 0.15

type Answer = 'kept' | 'replayed' | 'no answer'
type Send = (user: string, id: string, words: string) => Promise<Answer>
type Read = (user: string) => Promise<string[]>

export async function lostAnswersOfHouse(asked: LostAnswersAsked): Promise<LostAnswerFigures> {
  console.log(
    `seed ${asked.seed}: a line to the house that loses answers${asked.control ? ', and the control' : ''}`,
  )
  await using place = new AsyncDisposableStack()
  const data = mkdtempSync(join(tmpdir(), 'threadkeep-lost-'))
  place.defer(() => rmSync(data, { recursive: true, force: true }))
  const model = scriptedModel(() => says('Roses.'))
  const settings = { data, model, log: () => {}, authenticate: whoIsIt, host: '127.0.0.1', port: '0' }
  const keep = place.use(await threadkeep(settings))
  const { url } = await keep.listen()
  const line = place.use(await CuttingLine.to(url, randomFrom(asked.seed)))
  const at = (base: string) => (user: string) =>
    new Visitor((request) => fetch(new Request(request.url.replace(home, base), request)), user, user)
  const [near, far] = [at(url), at(line.through(url))]
  const send: Send = async (user, id, words) => {
    const reply = await far(user)
      .keep('t', words, { id })
      .catch(() => null)
    if (reply === null) return 'no answer'
    if (reply.status === 201) return 'kept'
    if (reply.status === 200) return 'replayed'
    throw new Error(`${id} was answered with ${reply.status}.`)
  }
  const read: Read = async (user) => {
    const exported = await near(user).fetch('GET', '/v1/me/export')
    return wordsIn(await exported.text())
  }
  for (const user of users) await near(user).thread({ id: 't', title: 'Garden' })
  return await talk(asked, line, send, read)
}

/** What users said, of an export: a record to a line. */
const wordsIn = (ndjson: string): string[] =>
  ndjson
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { type: string; message?: { text: string } })
    .flatMap(({ message }) => (message ? [message.text] : []))

export async function lostAnswersOfDatabase(asked: LostAnswersAsked): Promise<LostAnswerFigures> {
  console.log(
    `seed ${asked.seed}: a line to the database that loses answers${asked.control ? ', and the control' : ''}`,
  )
  await using server = await startPostgres({ fsync: true })
  const database = await migratedDatabase(server.url)
  const url = database.urlFor('threadkeep_app')
  await using line = await CuttingLine.to(url, randomFrom(asked.seed))
  await using store = await openPostgres({ url: line.through(url) })
  await using near = await openPostgres({ url })
  const send: Send = (user, id, words) => sendTo(store, user, id, words)
  const read: Read = async (user) => {
    const words: string[] = []
    for await (const record of near.everything(user))
      if (record.type === 'message') words.push(record.message.text)
    return words
  }
  for (const user of users) await near.commit({ user, at: 1, changes: [created('t')] })
  return await talk(asked, line, send, read)
}

export async function sendTo(store: Store, user: string, id: string, words: string): Promise<Answer> {
  try {
    // A control may have lost the thread too.
    const changes = [created('t', { unless: 'there' }), said('t', words, { id })]
    const { result } = await store.commit({ user, at: Date.now(), changes })
    if (result === 'kept' || result === 'replayed') return result
    throw new Error(`${id} was answered with ${result}.`)
  } catch (fault) {
    if (fault instanceof ThreadkeepError && fault.code === 'unavailable') return 'no answer'
    throw fault
  }
}

const users = Array.from({ length: people }, (_, i) => `user${i}`)

async function talk(
  { messages, control = false }: LostAnswersAsked,
  line: CuttingLine,
  send: Send,
  read: Read,
): Promise<LostAnswerFigures> {
  const figures: LostAnswerFigures = { acked: 0, lost: 0, twice: 0, cuts: 0, foundAgain: 0, faults: [] }
  const acked = new Map<string, string[]>(users.map((user) => [user, []]))
  line.chance = chanceOfCut
  const sayAll = async (user: string) => {
    for (let n = 0; n < messages; n++) {
      const words = `${user} says ${n}`
      const answer = await sendUntilHeard(send, user, words, control)
      if (answer === 'replayed') figures.foundAgain++
      if (answer === 'no answer') figures.faults.push(`${words} was never answered`)
      else acked.get(user)?.push(words)
    }
  }
  await Promise.all(users.map((user) => sayAll(user)))
  line.chance = 0
  for (const [user, theirs] of acked) {
    const there = await read(user)
    figures.acked += theirs.length
    figures.lost += theirs.filter((words) => !there.includes(words)).length
    figures.twice += there.length - new Set(there).size
  }
  return { ...figures, cuts: line.cuts }
}

async function sendUntilHeard(send: Send, user: string, words: string, control: boolean): Promise<Answer> {
  for (let tries = 0; tries < triesMax; tries++) {
    // The control: what a client does whose messages get their ids from the server.
    const answer = await send(user, control ? `${words}, try ${tries}` : words, words)
    if (answer !== 'no answer') return answer
    await wait(5)
  }
  return 'no answer'
}
