// A node stands still for longer than the leases of its runs, and wakes: another has ended them, and what it still writes changes nothing.
// One that stands still for less has its runs as before, and what it writes is seen by the same look.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import type { Pace } from '../../src/chat/pace.ts'
import { must } from '../../src/core/assert.ts'
import { home, Visitor } from '../http/visitor.ts'
import type { FreshDatabase } from '../postgres/database.ts'
import { startPostgres } from '../postgres/server.ts'
import { asSuper } from '../postgres/super.ts'
import { migratedDatabase, settingsFor } from '../postgres/whole-house.ts'
import { randomFrom } from '../random.ts'

export type PauseFigures = {
  runs: number
  interrupted: number
  /** Of everything that is kept, after the former owner woke. */
  rowsChanged: number
  lost: number
}

/** As in earnest, but in a tenth of the time. */
const pace: Pace = { leaseMs: 1_200, renewMs: 300, sweepMs: 400, stopPollMs: 100, followPollMs: 50 }
const awakeMs = 2_000
const endedMsMax = 30_000

export async function pausedOwner(asked: {
  seed: number
  runs: number
  control?: boolean
}): Promise<PauseFigures> {
  const { seed, runs, control = false } = asked
  console.log(`seed ${seed}: an owner that stands still${control ? ', within its lease' : ''}`)
  const random = randomFrom(seed)
  await using server = await startPostgres()
  const database = await migratedDatabase(server.url)
  await using owner = await Node.start(database)
  await using other = await Node.start(database)
  const users = Array.from({ length: runs }, (_, i) => `user${i}`)
  for (const user of users) {
    await owner.as(user).thread({ id: 't', title: 'Counting' })
    // Opened and not read: the run goes on without anybody.
    await owner.as(user).stream('/v1/threads/t/messages', { id: 'q', text: 'count to 2000' })
  }
  await wait(300 + random.int(700))
  owner.signal('SIGSTOP')
  if (control) await wait(pace.leaseMs / 4)
  else await untilEnded(other, users)
  const before = await rowsOf(database)
  owner.signal('SIGCONT')
  await wait(awakeMs)
  const after = await rowsOf(database)
  const seen = await Promise.all(users.map((user) => other.as(user).messages('t')))
  return {
    runs,
    interrupted: seen.filter(([, reply]) => String(reply?.['status']) === 'interrupted').length,
    rowsChanged: before.symmetricDifference(after).size,
    lost: seen.filter(([question]) => String(question?.['text']) !== 'count to 2000').length,
  }
}

async function untilEnded(node: Node, users: string[]): Promise<void> {
  const began = performance.now()
  for (const user of users)
    while (String((await node.as(user).messages('t'))[1]?.['status']) === 'pending') {
      if (performance.now() - began > endedMsMax)
        throw new Error('Nobody ended the runs of the node that stands still.')
      await wait(50)
    }
}

const tables = ['users', 'threads', 'messages', 'runs', 'run_events', 'changes']

/** Each with the transaction that wrote it, so that one written again as it was is another. */
async function rowsOf({ superUrl }: FreshDatabase): Promise<Set<string>> {
  return asSuper(superUrl, async (client) => {
    const rows = new Set<string>()
    for (const table of tables) {
      const found = await client.query<{ row: string }>(
        `SELECT t.xmin || ' ' || t::text AS row FROM threadkeep.${table} t`,
      )
      for (const { row } of found.rows) rows.add(`${table} ${row}`)
    }
    return rows
  })
}

class Node implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #folder: string
  readonly #url: string

  private constructor(process: ChildProcess, folder: string, url: string) {
    this.#process = process
    this.#folder = folder
    this.#url = url
  }

  static async start(database: FreshDatabase): Promise<Node> {
    const folder = mkdtempSync(join(tmpdir(), 'threadkeep-paused-'))
    const settings = { ...settingsFor(database, folder), port: '0', pace, wordMs: 10 }
    const program = join(import.meta.dirname, '../postgres/node-process.ts')
    const child = spawn(process.execPath, [program, JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [url] = (await once(createInterface(must(child.stdout, 'it is piped')), 'line')) as [string]
    return new Node(child, folder, url)
  }

  signal = (signal: NodeJS.Signals): boolean => this.#process.kill(signal)

  as = (user: string): Visitor =>
    new Visitor((request) => fetch(new Request(request.url.replace(home, this.#url), request)), user, user)

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await gone
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
