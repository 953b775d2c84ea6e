// What a read costs in trips to the server: the everyday page, and what is one question, are one statement each, and nobody waits twice.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import type { Store } from '../../src/core/store.ts'
import { range } from '../contract/world.ts'
import { asked, created, deleted, ended, json, said, saidParts } from '../store/commits.ts'
import type { FreshDatabase } from './database.ts'
import { hear } from './heard.ts'
import { freshHouse, openAsApp } from './house.ts'
import { asSuper } from './super.ts'

let database: FreshDatabase | undefined
beforeAll(async () => {
  database = await freshHouse()
  await using store = await openAsApp(house())
  await live(store)
})
afterAll(() => database?.drop())
const house = (): FreshDatabase => must(database, 'open')

/** The thread `line` was never branched, `tree` was. In both are an answer, a mark, parts, and a message without its words. */
async function live(store: Store): Promise<void> {
  for (const thread of ['line', 'tree']) {
    const [question, start] = asked(thread, 'why?', { id: `${thread} q`, tag: 'a "tag"' })
    const words = range(30).map((i) =>
      said(thread, `“words” \u2028 of\t${i}\u0001`, { id: `${thread} ${i}` }),
    )
    const changes = [
      created(thread),
      ...words,
      question,
      start,
      ended({ runId: start.runId, epoch: 1 }, 'because'),
      saidParts(thread, [{ type: 'x', b: 1, a: ['é', { c: null }] }], { metadata: json({ n: 0.1 }) }),
      deleted(thread, `${thread} 20`),
      {
        kind: 'mark.put',
        threadId: thread,
        messageId: `${thread} 25`,
        mark: 'pin',
        value: json({ by: "'" }),
      },
    ] as const
    expect(await store.commit({ user: 'ann', at: 1, changes: [...changes] })).toMatchObject({
      result: 'kept',
    })
  }
  await store.commit({
    user: 'ann',
    at: 1,
    changes: [said('tree', 'aside', { parentId: 'tree 3', id: 'aside' })],
  })
}

async function sentFor(store: Store, read: (store: Store) => Promise<unknown>): Promise<string[]> {
  const sent: string[] = []
  using _ = hear(({ name }) => void sent.push(name))
  expect(await read(store)).not.toBeNull()
  return sent
}

const pages = {
  'the newest': { limit: 20 },
  'before these': { limit: 20, before: 15 },
  'after these': { limit: 5, after: 3 },
  'between these': { limit: 50, after: 3, before: 30 },
  'beyond the end': { limit: 5, after: 1_000 },
  'before the first': { limit: 5, before: 1 },
  everything: { limit: 100 },
}

describe('one statement is', () => {
  it.each(Object.entries(pages))('a page of a thread that was never branched: %s', async (_, page) => {
    await using store = await openAsApp(house())
    expect(await sentFor(store, () => store.messages('ann', 'line', page))).toEqual(['read page'])
    expect(await sentFor(store, () => store.messagesJson('ann', 'line', page))).toEqual(['read page'])
  })

  it.each<[string, (store: Store) => Promise<unknown>, string]>([
    ['one message', (store) => store.message('ann', 'line', 'line 7'), 'read message'],
    ['a thread', (store) => store.thread('ann', 'line'), 'read thread'],
    ['a list of threads', (store) => store.threads('ann', { limit: 30 }), 'read active'],
    ['a user', (store) => store.user('ann'), 'read user'],
    ['what changed', (store) => store.changes('ann', 0, 50), 'read changes'],
  ])('%s', async (_, read, name) => {
    await using store = await openAsApp(house())
    expect(await sentFor(store, read)).toEqual([name])
  })
})

describe('a branched thread', () => {
  it('is tried once, and then read in a snapshot at once', async () => {
    await using store = await openAsApp(house())
    const read = () => store.messagesJson('ann', 'tree', { limit: 20 })
    const [first, second] = [await sentFor(store, read), await sentFor(store, read)]
    expect(first.slice(0, 3)).toEqual(['read page', 'begin reading', 'set user'])
    expect(second[0]).toBe('begin reading')
  })
})

describe('one statement says the same as a snapshot', () => {
  it.each(Object.entries(pages))('of a page: %s', async (_, page) => {
    await using store = await openAsApp(house())
    const newest = must((await store.thread('ann', 'line'))?.headId, 'somebody spoke')
    const within = { ...page, branch: newest }
    expect(await sentFor(store, () => store.messages('ann', 'line', within))).toContain('begin reading')
    expect(await store.messages('ann', 'line', page)).toEqual(await store.messages('ann', 'line', within))
    expect(await store.messagesJson('ann', 'line', page)).toEqual(
      await store.messagesJson('ann', 'line', within),
    )
  })

  it.each([
    '-c plan_cache_mode=force_generic_plan',
    '-c plan_cache_mode=force_custom_plan',
    '-c enable_nestloop=off -c enable_indexscan=off -c enable_bitmapscan=off',
    '-c enable_seqscan=off -c enable_mergejoin=off -c enable_hashjoin=off -c enable_material=off',
    '-c jit=on -c jit_above_cost=0 -c jit_inline_above_cost=0 -c jit_optimize_above_cost=0',
    '-c debug_parallel_query=on -c parallel_setup_cost=0 -c min_parallel_table_scan_size=0',
  ])('however the server goes about it: %s', async (options) => {
    const url = `${house().urlFor('threadkeep_app')}?options=${encodeURIComponent(options)}`
    await using store = await openAsApp(house())
    await using odd = await openAsApp(house(), { url })
    for (const read of [
      (of: Store) => of.messages('ann', 'line', { limit: 20 }),
      (of: Store) => of.message('ann', 'line', 'line 7'),
      (of: Store) => of.threads('ann', { limit: 30, state: 'all' }),
      (of: Store) => of.changes('ann', 3, 50),
    ])
      expect(await read(odd)).toEqual(await read(store))
    expect((await odd.messages('ann', 'line', { limit: 20 }))?.messages).toHaveLength(20)
    expect(await odd.messages('bob', 'line', { limit: 20 })).toBeNull()
  })
})

describe('words are held against their checksum', () => {
  const spoil = (text: string) =>
    asSuper(house().superUrl, (client) =>
      client.query(`update threadkeep.messages set text = $1 where id = 'line 9'`, [text]),
    )
  const page = { limit: 20, before: 20 }

  it('by every read that finds them first, and by none that comes after', async () => {
    await using knows = await openAsApp(house())
    const before = must(await knows.messages('ann', 'line', page), 'a page')
    await spoil('other words')
    await using store = await openAsApp(house())
    const fault = { code: 'internal', message: expect.stringContaining('line 9') as string }
    await expect(store.messages('ann', 'line', page)).rejects.toMatchObject(fault)
    await expect(store.messagesJson('ann', 'line', page)).rejects.toMatchObject(fault)
    await expect(store.message('ann', 'line', 'line 9')).rejects.toMatchObject(fault)
    await expect(knows.messages('ann', 'line', page)).resolves.toHaveProperty('messages.length', 19)
    await spoil(
      must(
        before.messages.find(({ id }) => id === 'line 9'),
        'it was there',
      ).text,
    )
    expect(await store.messages('ann', 'line', page)).toEqual(before)
  })
})
