// Both servers in processes of their own, with the same people and threads, and what a client of theirs does.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { assert, must } from '../src/core/assert.ts'
import { openGuests } from '../src/identity/guests.ts'
import { SqliteGuests } from '../src/identity/sqlite-guests.ts'
import type { FromServing, Gauge, ServingAsked, ToServing } from './serving.ts'
import { copyStore, createThreads, fillThreads, newId, openStore, type Place } from './world.ts'

/** A thread and the credential of whom it belongs to. */
export type Caller = { threadId: string; token: string }
export type GuestWorld = { ours: string; raw: string; callers: Caller[] }

/** 1,000 threads of 100 guests, twenty messages in each, and raw's copy of the file. Neighbours belong to different people. */
export async function guestWorld(folder: string): Promise<GuestWorld> {
  const [ours, raw] = [join(folder, 'ours'), join(folder, 'raw')]
  const places: Place[] = []
  const callers: Caller[] = []
  {
    await using store = await openStore(ours)
    using guests = openGuests({ table: new SqliteGuests(join(ours, 'identity.db')), burst: 100 })
    const caller = { socketAddress: '127.0.0.1', forwardedFor: null }
    const people = await Promise.all(Array.from({ length: 100 }, () => guests.create(caller)))
    for (let i = 0; i < 1_000; i++) {
      const { user, token } = must(people[i % people.length], 'there are people')
      const threadId = newId()
      places.push({ user, threadId })
      callers.push({ threadId, token })
    }
    await createThreads(store, places)
    await fillThreads(store, places, 20)
  }
  copyStore(ours, raw)
  return { ours, raw, callers }
}

export class Served implements Disposable {
  readonly #child: ChildProcess
  readonly #url: string
  readonly #agent = new Agent({ keepAlive: true })

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.#url = url
  }

  static async open(asked: ServingAsked): Promise<Served> {
    const script = join(import.meta.dirname, 'serving.ts')
    const child = fork(script, [JSON.stringify(asked)], { cwd: asked.folder })
    const told = await heardFrom(child)
    assert('url' in told, 'a server first says where it is')
    return new Served(child, told.url)
  }

  async tell(what: ToServing): Promise<Gauge> {
    this.#child.send(what)
    const told = await heardFrom(this.#child)
    assert('cpuMicros' in told, 'a server that serves answers with its gauge')
    return told
  }

  /** Resolves with the head of the answer. */
  post({ threadId, token }: Caller, body: string, accept: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        accept,
      }
      const url = `${this.#url}/v1/threads/${threadId}/messages`
      const asked = request(url, { method: 'POST', agent: this.#agent, headers }, resolve)
      asked.on('error', reject)
      asked.end(body)
    })
  }

  /** Nothing is to be kept: it is ended as it stands. */
  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL')
    this.#agent.destroy()
  }
}

async function heardFrom(child: ChildProcess): Promise<FromServing> {
  const gone = new AbortController()
  const ended = once(child, 'exit', { signal: gone.signal }).then(([code]) => {
    throw new Error(`a server of the bench ended with ${code}`)
  })
  ended.catch(() => {})
  const [message] = (await Promise.race([once(child, 'message', { signal: gone.signal }), ended])) as [
    FromServing,
  ]
  gone.abort()
  return message
}

export async function drained(answer: IncomingMessage): Promise<void> {
  answer.resume()
  await once(answer, 'end')
}
