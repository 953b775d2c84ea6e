// A node is killed with a full spool: whatever it had acknowledged is in the house when both are back, and there once.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MortalNode } from './mortal-nodes.ts'
import { Outage, receiptOf, spooled, textsOf } from './spooling.ts'
import { migratedDatabase } from './whole-house.ts'

let outage: Outage
beforeAll(async () => void (outage = await Outage.prepare()))
afterAll(() => outage[Symbol.asyncDispose]())

const users = ['ann', 'ben', 'cleo', 'dora']

/** Says one thing after the other until the node is gone; what was acknowledged, and all that was tried. */
async function talk(node: MortalNode, user: string, acked: string[]): Promise<void> {
  for (let n = 0; ; n++) {
    const text = `${user} ${n}`
    const sent = await node
      .as(user)
      .keep('t1', text, { id: `m${n}`, thread: { title: 'Garden' } })
      .catch(() => null)
    if (sent === null) return
    if (sent.status !== 201) throw new Error(`It answered ${sent.status}.`)
    if (String(receiptOf(sent)) !== String(spooled)) throw new Error(`It said ${String(receiptOf(sent))}.`)
    acked.push(text)
  }
}

it.each([
  ['with the database back', true],
  ['with the database still away', false],
])(
  'killed with a full spool, and started again %s, loses nothing and has nothing twice',
  async (_, isBack) => {
    await using node = await new MortalNode(await migratedDatabase(outage.server.url)).start()
    for (const user of users) await node.as(user).thread({ id: 't0' })
    await outage.begin()
    const acked = new Map(users.map((user) => [user, [] as string[]]))
    const talks = users.map((user) => talk(node, user, acked.get(user) ?? []))
    await expect
      .poll(() => Math.min(...Array.from(acked.values(), ({ length }) => length)))
      .toBeGreaterThan(20)
    await node.end('SIGKILL')
    await Promise.all(talks)

    if (isBack) await outage.end()
    const started = await node.start().then(() => 'started', String)
    expect(started).toMatch(isBack ? /^started$/ : /ended with 1/)
    if (!isBack) await outage.end()
    if (!isBack) await node.start()
    for (const [user, texts] of acked) {
      const said = async () => (await textsOf(node.as(user), 't1')).slice(0, texts.length)
      await expect.poll(said, { timeout: 30_000 }).toEqual(texts.slice(0, 200))
      const all = await textsOf(node.as(user), 't1')
      expect(new Set(all).size).toBe(all.length)
      expect(all.length - Math.min(200, texts.length)).toBeLessThanOrEqual(1) // the one without an answer
    }
  },
)

it('killed in the middle of its replay answers what was asked, once', async () => {
  await using node = await new MortalNode(await migratedDatabase(outage.server.url)).start()
  for (const user of users) await node.as(user).thread({ id: 't1', title: 'Garden' })
  await outage.begin()
  for (const user of users)
    for (let n = 0; n < 25; n++) await node.as(user).keep('t1', `${user} ${n}`, { id: `m${n}` })
  for (const user of users) await node.as(user).ask('t1', 'count to 3', { id: 'q' })
  await outage.end()
  const begun = async () =>
    Math.max(...(await Promise.all(users.map(async (user) => (await textsOf(node.as(user), 't1')).length))))
  await expect.poll(begun, { interval: 5, timeout: 20_000 }).toBeGreaterThan(0)
  await node.end('SIGKILL')
  await node.start()
  for (const user of users) {
    const texts = async () => (await textsOf(node.as(user), 't1')).slice(0, 26)
    const expected = [...Array.from({ length: 25 }, (_, n) => `${user} ${n}`), 'count to 3']
    await expect.poll(texts, { timeout: 30_000 }).toEqual(expected)
    const replies = async () => (await node.as(user).messages('t1', '?branch=all&limit=200')).slice(26)
    await expect
      .poll(async () => (await replies()).map(({ status }) => String(status)), { timeout: 50_000 })
      .toEqual([expect.stringMatching(/^(complete|interrupted)$/)])
  }
})
