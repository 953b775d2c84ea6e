// The clock of two nodes jumps an hour forwards and back while they answer: their leases go by the clock of the database, so that no run
// is taken for dead, and none is held for an hour by a node that is.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Pace } from '../../src/chat/pace.ts'
import type { Model } from '../../src/core/model.ts'
import { end } from '../../src/model/scripted.ts'
import { threadkeep, type Threadkeep } from '../../src/server.ts'
import { Visitor } from '../http/visitor.ts'
import { startPostgres } from '../postgres/server.ts'
import { migratedDatabase, settingsFor } from '../postgres/whole-house.ts'
import { whoIsIt } from '../postgres/who-is-it.ts'
import { randomFrom } from '../random.ts'
import { JumpingClock } from './clock.ts'

export type NodesClockFigures = { runs: number; complete: number; jumps: number }

/** A run is two leases long, and is looked at by the other node all the while. */
const pace: Pace = { leaseMs: 1_200, renewMs: 300, sweepMs: 200, stopPollMs: 100, followPollMs: 50 }
const [words, wordMs, jumpEveryMs] = [60, 40, 150]

const counting: Model = {
  provider: 'counting',
  name: 'counting',
  async *stream() {
    for (let n = 1; n <= words; n++) {
      await wait(wordMs)
      yield { type: 'text', text: `${n} ` }
    }
    yield end()
  },
}

export async function clockOfNodes({
  seed,
  runs,
}: {
  seed: number
  runs: number
}): Promise<NodesClockFigures> {
  console.log(`seed ${seed}: a clock that jumps under two nodes`)
  await using open = new AsyncDisposableStack()
  const server = open.use(await startPostgres())
  const database = await migratedDatabase(server.url)
  const nodes: Threadkeep[] = []
  for (const name of ['a', 'b']) {
    const folder = mkdtempSync(join(tmpdir(), `threadkeep-clock-${name}-`))
    open.defer(() => rmSync(folder, { recursive: true, force: true }))
    const settings = {
      ...settingsFor(database, folder),
      model: counting,
      pace,
      log: () => {},
      authenticate: whoIsIt,
    }
    nodes.push(open.use(await threadkeep(settings)))
  }
  const people = Array.from({ length: runs }, (_, i) => {
    const node = nodes[i % 2] ?? nodes[0]
    return new Visitor(async (request) => node?.fetch(request) ?? Response.error(), `user${i}`, `user${i}`)
  })
  for (const person of people) await person.thread({ id: 't', title: 'Counting' })
  using clock = new JumpingClock(randomFrom(seed))
  const answers = people.map((person) => person.ask('t', 'count', { id: 'q' }))
  const jumping = setInterval(() => clock.jump(), jumpEveryMs)
  await Promise.all(answers).finally(() => clearInterval(jumping))
  const seen = await Promise.all(people.map((person) => person.messages('t')))
  const complete = seen.filter(([, reply]) => String(reply?.['status']) === 'complete').length
  return { runs, complete, jumps: clock.jumps }
}
