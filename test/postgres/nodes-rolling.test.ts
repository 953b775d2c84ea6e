// Every node of a house goes in turn and comes back while twenty people talk: nothing is lost, nothing hangs, everybody sees all of it.
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { usualPace } from '../../src/chat/pace.ts'
import { MortalNode } from './mortal-nodes.ts'
import { hasty, neighbourhood } from './neighbours.ts'
import { until } from '../chat/talk.ts'
import { shareOf } from '../long.ts'
import { Balancer, Talker } from './rolling.ts'
import { wholeChanges, wholeThread } from './whole.ts'

const ends = [
  ['are asked to go', 'SIGTERM', usualPace, 0],
  ['are killed', 'SIGKILL', hasty, null],
] as const

it.each(shareOf(ends, 1))(
  'three nodes %s in turn, under twenty who talk',
  async (how, signal, pace, code) => {
    await using street = await neighbourhood()
    await using processes = new AsyncDisposableStack()
    const node = () => processes.use(new MortalNode(street.database, { wordMs: 20, pace })).start()
    const nodes = await Promise.all([node(), node(), node()])
    using balancer = new Balancer(nodes)
    const talkers = Array.from({ length: 20 }, (_, n) => new Talker(`user${n}`, balancer.next))
    const followed = Promise.all(talkers.map((talker) => talker.follow()))
    let isOver = false
    const talked = Promise.all(talkers.map((talker) => talker.talk(() => isOver)))
    await wait(1_500)
    const goneAfter: number[] = []
    for (const mortal of nodes) {
      const began = performance.now()
      expect(await mortal.end(signal)).toBe(code)
      goneAfter.push((performance.now() - began) / 1_000)
      await mortal.start()
      await wait(1_500)
    }
    isOver = true
    await talked
    const judge = await street.node({ pace: hasty })
    const { store, upkeep } = judge.keep
    await until(async () => (await upkeep.openRuns(100)).length === 0, 30_000)
    await wait(2_000)
    for (const talker of talkers) talker.leave()
    await followed
    const ends = new Map<string, number>()
    for (const { user, threadId, kept, changes, ends: own } of talkers) {
      const messages = await wholeThread(store, user, threadId)
      const said = messages.filter(({ role }) => role === 'user').map(({ id }) => id)
      expect(new Set(said)).toEqual(kept)
      expect(messages.filter(({ status }) => status === 'pending')).toEqual([])
      const last = await wholeChanges(store, user)
      expect(changes).toEqual(Array.from({ length: last }, (_, n) => n + 1))
      for (const end of own) ends.set(end, (ends.get(end) ?? 0) + 1)
    }
    const retries = talkers.reduce((sum, talker) => sum + talker.retries, 0)
    const told = goneAfter.map((s) => s.toFixed(1)).join(', ')
    console.log(`${how}: gone after ${told} s; answers: ${JSON.stringify([...ends])}; ${retries} retries`)
    expect(Math.max(...goneAfter)).toBeLessThan(25)
  },
  180_000,
)
