// Two nodes that write for the same people at the same time keep the contract as one does: the same suites, each call to the other node.
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { Change } from '../../src/core/change.ts'
import { acknowledgementContract } from '../contract/acknowledgement.ts'
import { branchesContract } from '../contract/branches.ts'
import { deletionContract } from '../contract/deletion.ts'
import { groupContract } from '../contract/group.ts'
import { integrityContract } from '../contract/integrity.ts'
import { onceContract } from '../contract/once.ts'
import { orderContract } from '../contract/order.ts'
import { ownersContract } from '../contract/owners.ts'
import { runsContract } from '../contract/runs.ts'
import { threadsContract } from '../contract/threads.ts'
import { countBy, range, receiptsOf } from '../contract/world.ts'
import { asked, created, ended, progressed, said } from '../store/commits.ts'
import { freshHouse } from './house.ts'
import { shareOf } from '../long.ts'
import { closeNodes, inLine, openNodes, twoNodes } from './nodes.ts'
import { wholeChanges, wholeThread } from './whole.ts'

describe('two nodes, each asked in turn', () => {
  const suites = [
    ['once', onceContract],
    ['order', orderContract],
    ['branches', branchesContract],
    ['deletion', deletionContract],
    ['threads', threadsContract],
    ['integrity', integrityContract],
    ['owners', ownersContract],
  ] as const
  describe.each(shareOf(suites, 2))('%s', (_, suite) => {
    suite(twoNodes())
  })
})

/** These send one thing after the other without waiting, and ask for that order: a promise that one node alone can give. */
describe('two nodes, each asked in turn when the one before has answered', () => {
  const suites = [
    ['runs', runsContract],
    ['acknowledgement', acknowledgementContract],
    ['group', groupContract],
  ] as const
  describe.each(shareOf(suites, 1))('%s', (_, suite) => {
    suite(twoNodes(inLine))
  })
})

describe('two nodes at the same time', () => {
  it('write in one thread, and each receipt tells where its message is then read on the other', async () => {
    await using house = await openHouse()
    const outcomes = await Promise.all(
      range(400).map((i) => house.commit(i, said('t', `${i}`, { id: `m${i}` }))),
    )
    const read = new Map((await house.whole()).map(({ id, seq }) => [id, seq]))
    const receipts = receiptsOf(outcomes)
    expect(receipts.map(({ id }) => read.get(id))).toEqual(receipts.map(({ seq }) => seq))
    expect(new Set(receipts.map(({ changeSeq }) => changeSeq)).size).toBe(400)
    expect(await wholeChanges(house.node(0), 'ann')).toBe(401)
  })

  it('are sent the same 50 ids, and each is one message with equal receipts', async () => {
    await using house = await openHouse()
    const sent = range(50).flatMap((i) =>
      range(4).map((node) => [node, said('t', `${i}`, { id: `m${i}` })] as const),
    )
    const outcomes = await Promise.all(sent.map(([node, change]) => house.commit(node, change)))
    const receipts = receiptsOf(outcomes)
    expect(countBy(outcomes, ({ result }) => result)).toEqual({ kept: 50, replayed: 150 })
    expect(new Set(receipts.map(({ id, seq }) => `${id} ${seq}`)).size).toBe(50)
    expect(await house.whole()).toHaveLength(50)
  })

  it('hear each that an id is taken by other words', async () => {
    await using house = await openHouse()
    const both = range(2).map((node) => house.commit(node, said('t', `of node ${node}`, { id: 'm' })))
    const results = (await Promise.all(both)).map(({ result }) => result)
    expect(results.toSorted()).toEqual(['conflict', 'kept'])
    expect(await house.whole()).toHaveLength(1)
  })

  it('open one first attempt to answer a question, and never two', async () => {
    await using house = await openHouse()
    const [question, run] = asked('t', 'why?', { id: 'q' })
    const outcomes = await Promise.all(
      range(10).map((i) => house.commit(i, question, { ...run, runId: `run ${i}`, replyId: `reply ${i}` })),
    )
    expect(new Set(outcomes.map((outcome) => 'run' in outcome && outcome.run?.runId)).size).toBe(1)
    expect(await house.whole()).toHaveLength(2)
  })

  it('write the log and the end of one run between them, while others speak', async () => {
    await using house = await openHouse()
    const question = asked('t', 'why?')
    await house.commit(0, ...question)
    const run = { runId: question[1].runId, epoch: 1 }
    const chatter = Promise.all(range(60).map((i) => house.commit(i, said('t', `${i}`))))
    for (const ordinal of range(20))
      expect(await house.commit(ordinal, progressed(run, ordinal))).toMatchObject({ result: 'kept' })
    expect(await house.commit(1, ended(run, 'because'))).toMatchObject({ result: 'kept' })
    expect(await house.commit(0, progressed(run, 20))).toMatchObject({ code: 'run_over' })
    receiptsOf(await chatter)
    expect((await house.node(0).runEvents('ann', run.runId, -1)).map(({ ordinal }) => ordinal)).toEqual(
      range(20),
    )
    expect(await house.whole()).toHaveLength(62)
  })
})

async function openHouse() {
  const database = await freshHouse()
  const nodes = await openNodes(database, 2)
  const node = (i: number) => must(nodes[i % 2], 'there are two')
  const commit = (i: number, ...changes: Change[]) => node(i).commit({ user: 'ann', at: 1_000 + i, changes })
  await commit(0, created('t'))
  return {
    node,
    commit,
    /** As the second node reads it. */
    whole: () => wholeThread(node(1), 'ann', 't'),
    [Symbol.asyncDispose]: async () => {
      await closeNodes(nodes)
      await database.drop()
    },
  }
}
