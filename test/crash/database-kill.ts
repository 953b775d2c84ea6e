// Kills the first process of PostgreSQL under writers, again and again, and starts it: what was acknowledged is there, once, and the node
// goes on by itself. A server that answers before it has written has to lose.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Store } from '../../src/core/store.ts'
import { openPostgres } from '../../src/store/postgres/open.ts'
import { type PostgresServer, startPostgres } from '../postgres/server.ts'
import { migratedDatabase } from '../postgres/whole-house.ts'
import { randomFrom } from '../random.ts'
import { created } from '../store/commits.ts'
import { sendTo } from './lost-answers.ts'

export type DatabaseKillFigures = {
  kills: number
  acked: number
  lost: number
  twice: number
  foundAgain: number
  /** From the moment at which the server took connections again until the first write was kept. */
  goesOnMsMax: number
}

const writers = 32

/** The control: acknowledged in memory, written down when there is time. */
const unwritten = { synchronous_commit: 'off', wal_writer_delay: '10000ms', wal_writer_flush_after: '1GB' }

export async function databaseKills(asked: {
  kills: number
  seed: number
  control?: boolean
}): Promise<DatabaseKillFigures> {
  const { kills, seed, control = false } = asked
  console.log(`seed ${seed}: ${kills} kills of PostgreSQL${control ? ', of the control' : ''}`)
  const random = randomFrom(seed)
  using folder = new ServerFolder()
  const settings = control ? unwritten : {}
  const start = (port?: number): Promise<PostgresServer> =>
    startPostgres({ fsync: true, dataFolder: folder.path, settings, ...(port ? { port } : null) })
  let server = await start()
  try {
    const database = await migratedDatabase(server.url)
    await using store = await openPostgres({ url: database.urlFor('threadkeep_app') })
    const crowd = new Crowd(store)
    await crowd.begin()
    let goesOnMsMax = 0
    for (let kill = 0; kill < kills; kill++) {
      await wait(300 + random.int(700))
      await server.kill('SIGKILL')
      // Whatever its answer was, it was given before the kill.
      const before = await crowd.rest()
      server = await start(server.port)
      const began = performance.now()
      await crowd.goOn(before)
      goesOnMsMax = Math.max(goesOnMsMax, performance.now() - began)
    }
    await crowd.end()
    return { kills, goesOnMsMax, ...(await crowd.compare()) }
  } finally {
    await server.stop()
  }
}

class ServerFolder implements Disposable {
  readonly #outer = mkdtempSync(join(tmpdir(), 'threadkeep-database-kill-'))
  readonly path = join(this.#outer, 'postgres')

  constructor() {
    chmodSync(this.#outer, 0o755) // the server is not run by root
  }

  [Symbol.dispose](): void {
    rmSync(this.#outer, { recursive: true, force: true })
  }
}

class Crowd {
  readonly #store: Store
  readonly #acked = new Map<string, Set<string>>()
  readonly #users = Array.from({ length: writers }, (_, i) => `user${i}`)
  #isOver = false
  #foundAgain = 0
  #talks: Promise<unknown> = Promise.resolve()

  constructor(store: Store) {
    this.#store = store
  }

  async begin(): Promise<void> {
    for (const user of this.#users) await this.#store.commit({ user, at: 1, changes: [created('t')] })
    this.#talks = Promise.all(this.#users.map((user) => this.#talk(user)))
  }

  /** How much was acknowledged, once no answer is on its way any more. */
  async rest(): Promise<number> {
    await wait(50)
    return this.#count()
  }

  /** Resolves when something new was kept. */
  async goOn(before: number): Promise<void> {
    while (this.#count() === before) await wait(1)
  }

  async end(): Promise<void> {
    this.#isOver = true
    await this.#talks
  }

  async compare(): Promise<{ acked: number; lost: number; twice: number; foundAgain: number }> {
    const figures = { acked: this.#count(), lost: 0, twice: 0, foundAgain: this.#foundAgain }
    for (const [user, theirs] of this.#acked) {
      const there: string[] = []
      for await (const record of this.#store.everything(user))
        if (record.type === 'message') there.push(record.message.text)
      figures.lost += theirs.difference(new Set(there)).size
      figures.twice += there.length - new Set(there).size
    }
    return figures
  }

  #count = (): number => this.#acked.values().reduce((sum, { size }) => sum + size, 0)

  /** One thing after the other; what was not answered is said again with its id. */
  async #talk(user: string): Promise<void> {
    const mine = new Set<string>()
    this.#acked.set(user, mine)
    for (let n = 0; !this.#isOver; n++) {
      const id = `${user} ${n}`
      for (
        let answer = await sendTo(this.#store, user, id, id);
        ;
        answer = await sendTo(this.#store, user, id, id)
      ) {
        if (answer === 'replayed') this.#foundAgain++
        if (answer !== 'no answer') break
        await wait(20)
      }
      mine.add(id)
    }
  }
}
