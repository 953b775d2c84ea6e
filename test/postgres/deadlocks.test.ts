// Four nodes write in groups for the same twenty people, in another order each time: none ever waits for another in a circle.
import { DatabaseError } from 'pg'
import { expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { Change } from '../../src/core/change.ts'
import type { Held } from '../store/commits.ts'
import type { Outcome } from '../../src/core/receipt.ts'
import type { Store } from '../../src/core/store.ts'
import { randomFrom, seeds, type Random } from '../random.ts'
import { range, receiptsOf } from '../contract/world.ts'
import { asked, created, headMoved, progressed, renamed, said } from '../store/commits.ts'
import type { FreshDatabase } from './database.ts'
import { hear } from './heard.ts'
import { freshHouse } from './house.ts'
import { closeNodes, openNodes } from './nodes.ts'
import { asSuper } from './super.ts'
import { isLong } from '../long.ts'
import { wholeChanges, wholeThread } from './whole.ts'

const batches = Number(process.env['DEADLOCK_BATCHES'] ?? (isLong ? 100_000 : 2_000))
const users = range(20).map((i) => `user ${i}`)
const threads = ['a', 'b']

it.each(seeds(1))(
  `has no deadlock in ${batches} groups and transactions (seed %i)`,
  async (seed) => {
    const database = await freshHouse()
    const nodes = await openNodes(database, 4)
    const counted = await countedWhile(async (count) => {
      const said = await Promise.all(
        nodes.map((node, i) => new Crowd(node, i, randomFrom(seed + i)).speak(() => count() < batches)),
      )
      for (const user of users) for (const thread of threads) await wholeSum(nodes, user, thread, said)
    })
    await closeNodes(nodes)
    const { deadlocks, rollbacks } = await whatTheServerCounted(database)
    console.log(JSON.stringify({ seed, ...counted, deadlocks, rollbacks }))
    expect(counted.groups).toBeGreaterThan(batches / 8)
    expect({ deadlocks, told: counted.met['40P01'] ?? 0 }).toEqual({ deadlocks: 0, told: 0 })
    await database.drop()
  },
  60_000 + batches * 40,
)

/** One node's people: each round, a good part of them says or does something at once, which is a group of this node. */
class Crowd {
  readonly #node: Store
  readonly #name: number
  readonly #random: Random
  readonly #runs = new Map<string, Held & { next: number }>()
  readonly #said = new Map<string, number>()
  #rounds = 0

  constructor(node: Store, name: number, random: Random) {
    this.#node = node
    this.#name = name
    this.#random = random
  }

  /** How much was said, by user and thread. */
  async speak(more: () => boolean): Promise<Map<string, number>> {
    await this.#begin()
    while (more()) await this.#round()
    return this.#said
  }

  async #begin(): Promise<void> {
    for (const user of users) {
      for (const thread of threads) await this.#commit(user, created(thread, { unless: 'there' }))
      const [question, run] = asked('a', 'why?', { id: `question of ${this.#name}` })
      await this.#commit(user, question, {
        ...run,
        runId: `run of ${this.#name}`,
        replyId: `reply of ${this.#name}`,
      })
      this.#count(user, 'a', 2)
      this.#runs.set(user, { runId: `run of ${this.#name}`, epoch: 1, next: 0 })
    }
  }

  async #round(): Promise<void> {
    const loud = this.#rounds++ % 12 === 0
    const some = this.#random.shuffle(users).slice(0, 8 + this.#random.int(13))
    receiptsOf(await Promise.all(some.map((user) => (loud ? this.#say(user) : this.#renew(user)))))
  }

  #renew(user: string): Promise<Outcome> {
    const run = must(this.#runs.get(user), 'everybody has a run on every node')
    if (this.#random.chance(0.05)) return this.#commit(user, progressed(run, run.next++))
    return this.#commit(user, { kind: 'run.renewed', runId: run.runId, epoch: 1, leaseMs: 30_000 })
  }

  #say(user: string): Promise<Outcome> {
    const thread = this.#random.pick(threads)
    if (this.#random.chance(0.1))
      return this.#commit(user, renamed('a', 'A'), headMoved('a', `question of ${this.#name}`))
    this.#count(user, thread, 1)
    return this.#commit(user, said(thread, 'words', { id: `${this.#name} ${this.#rounds}` }))
  }

  #count(user: string, thread: string, more: number): void {
    const key = `${user} ${thread}`
    this.#said.set(key, (this.#said.get(key) ?? 0) + more)
  }

  #commit(user: string, ...changes: Change[]): Promise<Outcome> {
    return this.#node.commit({ user, at: 1_000 + this.#rounds, changes })
  }
}

/** Nothing is lost of what four nodes were told they had kept, and all of it adds up. */
async function wholeSum(
  nodes: readonly Store[],
  user: string,
  thread: string,
  said: Map<string, number>[],
): Promise<void> {
  const node = must(nodes[0], 'there are four')
  const sum = said.reduce((all, of) => all + (of.get(`${user} ${thread}`) ?? 0), 0)
  expect(await wholeThread(node, user, thread)).toHaveLength(sum)
  await wholeChanges(node, user)
}

/** Groups, those of them in which some had to be done again, transactions of one commit, and the faults by which commits met. */
async function countedWhile(work: (count: () => number) => Promise<void>) {
  const counted = { groups: 0, refused: 0, alone: 0, met: {} as Record<string, number> }
  const noteRefused = ({ rows: [row] }: { rows: unknown[][] }): void => {
    counted.refused += must(row, 'a batch answers with a row').slice(0, 1).flat().length
  }
  const noteFault = (fault: unknown): void => {
    if (!(fault instanceof DatabaseError) || fault.code === '25P02') return
    counted.met[`${fault.code}`] = (counted.met[`${fault.code}`] ?? 0) + 1
  }
  using _ = hear(({ name }, answer) => {
    if (name === 'keep') counted.groups++
    if (name === 'begin') counted.alone++
    const noted = name === 'keep' ? answer.then(noteRefused) : answer
    noted.catch(noteFault)
  })
  await work(() => counted.groups + counted.alone)
  return counted
}

const whatTheServerCounted = ({ superUrl, name }: FreshDatabase) =>
  asSuper(superUrl, async (client) => {
    await client.query('select pg_stat_force_next_flush()')
    const { rows } = await client.query<{ deadlocks: number; rollbacks: number }>(
      'select deadlocks::int, xact_rollback::int as rollbacks from pg_stat_database where datname = $1',
      [name],
    )
    return must(rows[0], 'the server counts')
  })
