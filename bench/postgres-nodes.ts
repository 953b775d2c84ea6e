// Two nodes on one PostgreSQL against one: 64 writers over people of their own, in processes of their own.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fillHouse } from './postgres-append.ts'
import type { NodeSays, NodeTold } from './postgres-node.ts'
import { openBenchServer } from './postgres-server.ts'
import { ratios, takeTurns } from './rounds.ts'
import type { Row } from './row.ts'
import { perSecond } from './table.ts'
import type { Place } from './world.ts'

const writers = 64

export const postgresNodes: Row = async ({ rounds, quick }) => {
  await using server = await openBenchServer()
  const places = await fillHouse(server, 'two')
  // Each with what it remembers alone in its house: a node that is behind has to ask, and that is not the question here.
  await server.copy('one', 'two')
  const [two, one] = [server.url('two', 'threadkeep_app'), server.url('one', 'threadkeep_app')]
  const users = new Set(Array.from(new Set(places.map(({ user }) => user))).slice(0, 50))
  const [here, there] = [
    places.filter(({ user }) => users.has(user)),
    places.filter(({ user }) => !users.has(user)),
  ]
  await using alone = await startNode(one, places)
  await using first = await startNode(two, here)
  await using second = await startNode(two, there)
  const pairs = quick ? 4_000 : 8_000
  const together = (database: string, nodes: readonly WriterNode[]) => async () => {
    await server.vacuum(database)
    const told = { writers: writers / nodes.length, pairs: pairs / nodes.length }
    const times = await Promise.all(nodes.map((node) => node.write(told)))
    return (pairs * 1000) / Math.max(...times)
  }
  const ways = [together('two', [first, second]), together('one', [alone])]
  const [byTwo = [], byOne = []] = await takeTurns(ways, rounds)
  return [
    {
      what: 'PostgreSQL: append a pair, two nodes with 32 writers each, against one with 64',
      ours: perSecond(byTwo, 'pairs'),
      raw: perSecond(byOne, 'pairs'),
      judged: ratios(byTwo, byOne),
      unit: 'x',
      better: 'more',
      bounds: { floor: 0.9 },
    },
  ]
}

type WriterNode = AsyncDisposable & { write(told: { writers: number; pairs: number }): Promise<number> }

async function startNode(url: string, places: Place[]): Promise<WriterNode> {
  const child = fork(new URL('./postgres-node.ts', import.meta.url))
  const ask = async (told: NodeTold): Promise<NodeSays> => {
    child.send(told)
    const [says] = (await once(child, 'message')) as [NodeSays]
    return says
  }
  await ask({ url, places })
  return {
    write: async (told) => {
      const says = await ask(told)
      return says === 'ready' ? 0 : says.ms
    },
    [Symbol.asyncDispose]: async () => {
      child.send('close' satisfies NodeTold)
      await once(child, 'exit')
    },
  }
}
