// PAM's three functions by their own names: what they leave is what a node would have left, and nobody gets further by them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { keptOrThrow } from '../../src/core/receipt.ts'
import {
  asked,
  binned,
  created,
  deleted,
  ended,
  fresh,
  json,
  said,
  saidParts,
  threadRestored,
} from '../store/commits.ts'
import type { Change } from '../../src/core/change.ts'
import { range } from '../contract/world.ts'
import { chainOf, type Noted, PamHouse } from './pam-house.ts'

let house: PamHouse
beforeAll(async () => void (house = await PamHouse.open()))
afterAll(() => house[Symbol.asyncDispose]())

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const denied = { code: '42501' }
const unknown = { code: '23503' }
let now = Date.UTC(2026, 0, 1)
const keep = async (user: string, ...changes: Change[]) =>
  keptOrThrow(await house.store.commit({ user, at: now++, changes }))

describe('get_or_create_pam_conversation', () => {
  it('makes the main thread once, with its context', async () => {
    const ann = fresh('ann')
    const id = await house.service.conversation(ann, null, { mood: 'calm', 10: [1.5], 2: null })
    expect(id).toMatch(uuid)
    expect(await house.service.conversation(ann, null, { another: true })).toBe(id)
    expect(await house.store.user(ann)).toMatchObject({ mainThreadId: id, changeSeq: 1 })
    const context = { 2: null, 10: [1.5], mood: 'calm' }
    expect(await house.store.thread(ann, id)).toMatchObject({ id, externalKey: null, context, changeSeq: 1 })
  })

  it('leaves exactly what a node would have left', async () => {
    const [ann, bob] = [fresh('ann'), fresh('bob')]
    const id = await house.service.conversation(ann, 'a "key"', { a: 'ü\n' })
    const given = { externalKey: 'a "key"', context: json({ a: 'ü\n' }) }
    await keep(bob, created(id, given))
    const [anns, bobs] = [await house.store.thread(ann, id), await house.store.thread(bob, id)]
    const times = { createdAt: anns?.createdAt, updatedAt: anns?.createdAt }
    expect(anns).toEqual({ ...bobs, ...times, userId: ann })
    expect(await house.store.changes(ann, 0, 9)).toEqual(await house.store.changes(bob, 0, 9))
    const again = await house.store.commit({ user: ann, at: now++, changes: [created(id, given)] })
    expect(again.result).toBe('replayed')
  })

  it('finds by its session id what the house made, and the other way round', async () => {
    const ann = fresh('ann')
    await keep(ann, created('not a uuid', { externalKey: 'web' }))
    const id = await house.service.conversation(ann, 'web')
    expect(await house.service.conversation(ann, 'web')).toBe(id)
    expect(await house.threadOf(ann, id)).toMatchObject({ id: 'not a uuid' })
    const made = await house.service.conversation(ann, 'phone')
    expect(await house.store.threadByKey(ann, 'phone')).toMatchObject({ id: made })
    const found = await keep(ann, created('x', { unless: 'keyed', externalKey: 'phone' }), said('x', 'hi'))
    expect(found.threadId).toBe(made)
  })

  it('gives a thread of another name a uuid of its own, and says so to who follows', async () => {
    const ann = fresh('ann')
    await keep(ann, created('main', { unless: 'main' }))
    const before = must(await house.store.thread(ann, 'main'), 'it is there')
    const id = await house.service.conversation(ann)
    expect(await house.store.refs(ann, 'main')).toEqual([{ provider: 'pam', externalId: id }])
    expect(await house.store.thread(ann, 'main')).toEqual({ ...before, changeSeq: 2 })
    const change = { changeSeq: 2, kind: 'ref.put', threadId: 'main', messageSeq: null }
    expect(await house.store.changes(ann, 1, 9)).toEqual([change])
    await keep(ann, said('main', 'and on'))
  })

  it('makes another when the one before is in the bin', async () => {
    const ann = fresh('ann')
    const first = await house.service.conversation(ann)
    await keep(ann, binned(first))
    const second = await house.service.conversation(ann)
    expect(second).not.toBe(first)
    await expect(house.service.say(first, 'user', 'hello?')).rejects.toMatchObject({ code: '55000' })
    await keep(ann, threadRestored(first))
    await house.service.say(first, 'user', 'hello again')
    expect(await house.all(ann, first)).toHaveLength(1)
  })

  it('is one for 20 who ask at once', async () => {
    const ann = fresh('ann')
    const callers = await Promise.all(range(20).map(() => house.as('threadkeep_service')))
    const main = await Promise.all(callers.map((caller) => caller.conversation(ann)))
    const keyed = await Promise.all(callers.map((caller) => caller.conversation(ann, 'key')))
    expect([new Set(main).size, new Set(keyed).size]).toEqual([1, 1])
    expect((await house.store.threads(ann, { limit: 9 })).threads).toHaveLength(2)
    await Promise.all(callers.map((caller) => caller.end()))
  })

  it('takes an empty session id for none', async () => {
    const ann = fresh('ann')
    expect(await house.service.conversation(ann, '')).toBe(await house.service.conversation(ann, null))
  })

  type Asked = Parameters<PamHouse['service']['conversation']>

  it.each<[string, Asked, string]>([
    ['no user', [null], '22023'],
    ['an empty user', [''], '22023'],
    ['a user of 256 characters', ['x'.repeat(256)], '22001'],
    ['a user of 128 characters that count twice', ['🌊'.repeat(128)], '22001'],
    ['a session of 256 characters', [fresh('ann'), 'x'.repeat(256)], '22001'],
    ['a context beyond 16 KiB', [fresh('ann'), null, { x: 'x'.repeat(16_400) }], '54000'],
    ['an integer that cannot be kept', [fresh('ann'), null, [2 ** 53]], '22023'],
  ])('refuses %s', async (_, asked, code) => {
    await expect(house.service.conversation(...asked)).rejects.toMatchObject({ code })
    expect(await house.store.user(asked[0] ?? '')).toBeNull()
  })

  it('takes what is just short of that', async () => {
    const id = await house.service.conversation(fresh('🌊'.repeat(120)), 'x'.repeat(255), {
      x: 'x'.repeat(16_376),
    })
    expect(id).toMatch(uuid)
  })
})

describe('JSON that comes by SQL', () => {
  const values = [
    {}, [], '', null, true, [[]], { a: {} }, 'ü🌊"\\/\b\f\n\r\t\u0001\u001f\u007f\u2028', { '': 0, b: 1, a: 2 }, { z: 1, 1: 2, 0: 3, '01': 4 },
    { 4294967294: 1, 4294967295: 2, a: 3, 7: 4 }, 0, -1, 1.5, -0.1, 0.1 + 0.2, 1e-6, 1e-7, 1.5e-7, 1.234e-10, 5e-324, 123456.789, 9007199254740991,
    -9007199254740991, 4503599627370495.5, 100, 1e15, 123456789012345680 / 1e3, 0.000123, 1 / 3,
  ] // prettier-ignore

  it.each(values.map((value) => [JSON.stringify(value), value]))(
    'is kept as the same text: %s',
    async (text) => {
      const [row] = await house.service.rows<{ kept: string; order: string }>(
        'SELECT threadkeep.canonical_json($1::jsonb) AS kept, $1::jsonb::text AS order',
        text,
      )
      const { kept, order } = must(row, 'one row')
      expect(kept).toBe(JSON.stringify(JSON.parse(order)))
    },
  )

  it('may be 64 deep and no deeper', async () => {
    const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    const keep = (text: string) => house.service.rows('SELECT threadkeep.canonical_json($1)', text)
    await keep(deep(64))
    await expect(keep(deep(65))).rejects.toMatchObject({ code: '22023' })
  })
})

describe('store_pam_message', () => {
  it('is a message of the house, with everything that was said about it', async () => {
    const ann = fresh('ann')
    const id = await house.service.conversation(ann)
    const text = 'ü🌊 what sells?\n'
    const noted = { intent: 'ask', confidence: 0.876, entities: { b: [1], a: 'x' }, metadata: { tools: [] } }
    const message = await house.service.say(id, 'user', text, noted)
    const answer = await house.service.say(id, 'assistant', 'Seeds.')
    const [first, second] = await house.all(ann, id)
    const kept = {
      ...noted,
      entities: { a: 'x', b: [1] },
      confidence: 0.88,
      status: 'complete',
      origin: null,
    }
    expect(first).toMatchObject({ ...kept, id: message, seq: 1, parentId: null, role: 'user', text })
    expect(second).toMatchObject({ id: answer, seq: 2, parentId: message, role: 'assistant', origin: 'pam' })
  })

  it('moves thread, user and changes as a node does', async () => {
    const ann = fresh('ann')
    const id = await house.service.conversation(ann)
    const message = await house.service.say(id, 'user', 'one')
    const messages = await house.all(ann, id)
    const { createdAt } = must(messages[0], 'it is there')
    const counted = { headId: message, lastSeq: 1, messageCount: 1, forkCount: 0, changeSeq: 2 }
    const thread = must(await house.store.thread(ann, id), 'it is there')
    expect(thread).toMatchObject({ ...counted, updatedAt: createdAt, chain: chainOf(messages) })
    expect(await house.store.user(ann)).toMatchObject({ changeSeq: 2 })
    const change = { changeSeq: 2, kind: 'message.said', threadId: id, messageSeq: 1 }
    expect(await house.store.changes(ann, 1, 9)).toEqual([change])
  })

  it('leaves no batch open for what the transaction reads next', async () => {
    const ann = fresh('ann')
    await house.service.rows('BEGIN')
    await house.service.say(await house.service.conversation(ann), 'user', 'one')
    const [row] = await house.service
      .rows(`SELECT threadkeep.users_of_batch() AS users, threadkeep.user_of_context() AS user,
      current_setting('threadkeep.conversation', true) AS conversation, (SELECT count(*)::int FROM threadkeep.users) AS n`)
    await house.service.rows('COMMIT')
    expect(row).toEqual({ users: [], user: null, conversation: '', n: 0 })
  })

  it('has the same row as what a node was told', async () => {
    const [ann, bob] = [fresh('ann'), fresh('bob')]
    const id = await house.service.conversation(ann)
    const notes = { intent: 'i', confidence: 0.5, entities: json({ a: 1 }), metadata: json({}) }
    const message = await house.service.say(id, 'system', 'x', {
      intent: 'i',
      confidence: 0.5,
      entities: { a: 1 },
    })
    await keep(bob, created(id))
    await keep(bob, said(id, 'x', { id: message, role: 'system', origin: 'pam', format: 'pam', ...notes }))
    const rows = async (user: string) => {
      const caller = await house.user(user)
      return caller.rows(
        `SELECT to_jsonb(m) - 'user_id' - 'created_at' AS row FROM threadkeep.messages m WHERE thread_id = $1`,
        id,
      )
    }
    expect(await rows(ann)).toEqual(await rows(bob))
    const chains = [await house.store.thread(ann, id), await house.store.thread(bob, id)].map((t) => t?.chain)
    expect(chains[0]).toBe(chains[1])
    const again = said(id, 'x', { id: message, role: 'system', ...notes })
    expect((await house.store.commit({ user: ann, at: now++, changes: [again] })).result).toBe('replayed')
  })

  it('goes on after what the house said, also after an answer that is being written', async () => {
    const ann = fresh('ann')
    const id = await house.service.conversation(ann)
    const { run } = await keep(ann, ...asked(id, 'why?'))
    const message = await house.service.say(id, 'user', 'and another thing')
    const reply = must(run, 'it was started')
    await keep(ann, ended(reply, 'because'))
    await keep(ann, said(id, 'I see', { expectedHead: message }))
    const messages = await house.all(ann, id)
    expect(messages.map(({ parentId }) => parentId)).toEqual([null, messages[0]?.id, reply.replyId, message])
    const thread = await house.store.thread(ann, id)
    expect(thread).toMatchObject({ lastSeq: 4, messageCount: 4, forkCount: 0, chain: chainOf(messages) })
  })

  it.each([
    ['a tool', 'tool', '23514'],
    ['an alias', 'ai', '23514'],
    ['nobody', null, '23514'],
    ['a shout', 'User', '23514'],
  ] as const)('has no role for %s', async (_, role, code) => {
    const id = await house.service.conversation('ann of roles')
    await expect(house.service.say(id, role, 'x')).rejects.toMatchObject({ code })
    expect(await house.all('ann of roles', id)).toEqual([])
  })

  it.each([
    [0, 0],
    [1, 1],
    ['0.005', 0.01],
    ['0.994999', 0.99],
    ['0.995', 1],
  ])('keeps a confidence of %s as %s', async (confidence, kept) => {
    const ann = fresh('ann')
    const id = await house.service.conversation(ann)
    const message = await house.service.say(id, 'user', 'x', { confidence })
    expect(await house.store.message(ann, id, message)).toMatchObject({ confidence: kept })
  })

  it.each<[string, Noted & { content?: string | null }, string]>([
    ['no content', { content: null }, '23502'],
    ['content beyond 1 MiB', { content: 'ü'.repeat(524_289) }, '54000'],
    ['a confidence above 1', { confidence: '1.01' }, '23514'],
    ['a confidence below 0', { confidence: -0.01 }, '23514'],
    ['a confidence that is no number', { confidence: 'NaN' }, '23514'],
    ['an intent of 129 characters', { intent: 'x'.repeat(129) }, '22001'],
    ['entities beyond 16 KiB', { entities: 'x'.repeat(16_384) }, '54000'],
    ['metadata beyond 16 KiB', { metadata: 'x'.repeat(16_384) }, '54000'],
  ])('refuses %s, and writes nothing', async (_, { content = 'x', ...noted }, code) => {
    const id = await house.service.conversation('ann of limits')
    await expect(house.service.say(id, 'user', content, noted)).rejects.toMatchObject({ code })
    expect(await house.store.thread('ann of limits', id)).toMatchObject({ lastSeq: 0, changeSeq: 1 })
  })

  it('knows no conversation that nobody made', async () => {
    const nowhere = crypto.randomUUID()
    await expect(house.service.say(nowhere, 'user', 'x')).rejects.toMatchObject(unknown)
    await expect((await house.user('ann')).say(nowhere, 'user', 'x')).rejects.toMatchObject(unknown)
  })

  it('does not go to who has a thread of the same id', async () => {
    const [ann, eve] = [fresh('ann'), fresh('eve')]
    const id = await house.service.conversation(ann)
    await keep(eve, created(id, { unless: 'main' }))
    expect(await house.service.conversation(eve)).not.toBe(id)
    await house.service.say(id, 'user', 'to ann alone')
    await keep(ann, { kind: 'thread.forgotten', threadId: id })
    await expect(house.service.say(id, 'user', 'to ann alone')).rejects.toMatchObject(unknown)
    expect(await house.all(eve, id)).toEqual([])
  })
})

describe('get_conversation_history', () => {
  it('is newest first, of the branch of the head', async () => {
    const ann = fresh('ann')
    const id = await house.service.conversation(ann)
    await keep(ann, said(id, 'one', { id: '1' }), said(id, 'two', { id: '2', role: 'assistant' }))
    await keep(ann, said(id, 'three, not chosen', { id: '3' }))
    await keep(ann, said(id, 'three', { id: '3b', parentId: '2', intent: 'i' }))
    const at = must(await house.store.message(ann, id, '3b'), 'it is there').createdAt
    expect(await house.service.history(ann)).toMatchObject([
      { role: 'user', content: 'three', intent: 'i', created_at: new Date(at) },
      { role: 'assistant', content: 'two', intent: null },
      { role: 'user', content: 'one' },
    ])
    await keep(ann, { kind: 'head.moved', threadId: id, messageId: '3' })
    expect((await house.service.history(ann, 1)).map(({ content }) => content)).toEqual(['three, not chosen'])
  })

  it('has no pending, deleted, empty or tool row', async () => {
    const ann = fresh('ann')
    const id = await house.service.conversation(ann)
    await keep(ann, said(id, 'kept', { role: 'system' }))
    await keep(ann, said(id, 'deleted', { id: 'd' }))
    await keep(ann, deleted(id, 'd'))
    await keep(ann, said(id, ''), said(id, 'a tool', { role: 'tool' }))
    await keep(ann, saidParts(id, [{ type: 'image', url: 'https://x/y.png' }]))
    await keep(ann, ...asked(id, 'last'))
    const history = await house.service.history(ann)
    expect(history.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'last'],
      ['system', 'kept'],
    ])
  })

  it('has the partial words of an answer that failed', async () => {
    const ann = fresh('ann')
    const id = await house.service.conversation(ann)
    const { run } = await keep(ann, ...asked(id, 'why?'))
    await keep(ann, ended(must(run, 'it was started'), 'beca', { status: 'failed' }))
    expect((await house.service.history(ann)).map(({ content }) => content)).toEqual(['beca', 'why?'])
  })

  it.each([
    [20, 20],
    [3, 3],
    [0, 0],
    [-1, 0],
    [null, 20],
    [1000, 30],
  ])('of 30, asked for %s, is %i', async (limit, count) => {
    const ann = 'ann of thirty'
    const id = await house.service.conversation(ann)
    const { lastSeq } = must(await house.store.thread(ann, id), 'it is there')
    if (lastSeq === 0) await keep(ann, ...range(30).map((i) => said(id, `${i}`)))
    const history = await house.service.history(ann, limit)
    expect(history.map(({ content }) => content)).toEqual(range(count).map((i) => `${29 - i}`))
  })

  it('is of the main thread alone, and nothing without one', async () => {
    const ann = fresh('ann')
    await house.service.say(await house.service.conversation(ann, 'beside'), 'user', 'x')
    expect(await house.service.history(ann)).toEqual([])
    expect(await house.service.history('nobody at all')).toEqual([])
    expect(await house.store.user('nobody at all')).toBeNull()
  })
})

describe('somebody whom a token names', () => {
  it('gets and says for themselves', async () => {
    const name = fresh('ann')
    await keep(name, created('old'))
    const ann = await house.user(name)
    const id = await ann.conversation(name)
    await ann.say(id, 'user', 'mine')
    await ann.say(id, 'assistant', 'yours')
    expect((await ann.history(name)).map(({ content }) => content)).toEqual(['yours', 'mine'])
    expect((await ann.rows('SELECT id FROM threadkeep.chat_threads')).length).toBe(2)
  })

  it('may call an own thread by its own uuid', async () => {
    const [name, id] = [fresh('ann'), crypto.randomUUID()]
    await keep(name, created(id))
    await (await house.user(name)).say(id, 'user', 'mine')
    expect(await house.all(name, id)).toMatchObject([{ text: 'mine' }])
  })

  it('gets 42501 outside their own context, whoever is named', async () => {
    const [name, other] = [fresh('ann'), fresh('bob')]
    await house.service.conversation(name)
    await house.service.conversation(other)
    const ann = await house.user(name)
    for (const user of [other, fresh('nobody'), null, '']) {
      await expect(ann.conversation(user)).rejects.toMatchObject(denied)
      await expect(ann.history(user)).rejects.toMatchObject(denied)
    }
  })

  it('sees of a stranger’s conversation as little as of none', async () => {
    const [name, other] = [fresh('ann'), fresh('bob')]
    const bobs = await house.service.conversation(other)
    await house.service.say(bobs, 'user', 'of bob')
    const ann = await house.user(name)
    const faults = await Promise.all(
      [bobs, crypto.randomUUID()].map((id) => ann.say(id, 'user', 'x').catch((fault: Error) => fault)),
    )
    const words = faults.map((fault) => String(fault).replace(/[0-9a-f-]{36}/, 'ID'))
    expect(words[0]).toMatch(/There is no conversation/)
    expect(words[0]).toBe(words[1])
    expect(await house.all(other, bobs)).toHaveLength(1)
  })

  it('does not come into being by it', async () => {
    const name = fresh('nobody')
    await expect((await house.user(name)).conversation(name)).rejects.toMatchObject(denied)
    expect(await house.store.user(name)).toBeNull()
  })

  it('is by threadkeep.user_id whom that names', async () => {
    const name = fresh('ann')
    await house.service.conversation(name)
    const ann = await house.as('threadkeep_app')
    await expect(ann.history(name)).rejects.toMatchObject(denied)
    await ann.set('threadkeep.user_id', name)
    expect(await ann.history(name)).toEqual([])
    await ann.set('request.jwt.claims', JSON.stringify({ sub: 'somebody else' }))
    expect(await ann.history(name)).toEqual([])
  })

  it('is nobody without a token, and with one that names nobody', async () => {
    for (const claims of ['', '{}', '{"sub":""}', '{"sub":null}']) {
      await house.app.set('request.jwt.claims', claims)
      await expect(house.app.conversation('ann')).rejects.toMatchObject(denied)
      expect(await house.app.rows('SELECT FROM threadkeep.messages')).toEqual([])
    }
  })

  it('is bound after a call as before it', async () => {
    const [name, other] = [fresh('ann'), fresh('bob')]
    const bobs = await house.service.conversation(other)
    for (const caller of [house.service, await house.user(name)]) {
      await caller.rows('BEGIN')
      await caller.conversation(other).catch(() => caller.rows('ROLLBACK'))
      await caller.say(bobs, 'user', 'x').catch(() => caller.rows('ROLLBACK'))
      const seen = await caller.rows('SELECT FROM threadkeep.messages WHERE user_id = $1', other)
      expect(seen).toEqual([])
      await caller.rows('ROLLBACK')
    }
  })
})

describe('the service role', () => {
  it('reads nothing without a context', async () => {
    const ann = fresh('ann')
    const id = await house.service.conversation(ann)
    await house.service.say(id, 'user', 'x')
    const tables = [
      'users',
      'threads',
      'messages',
      'runs',
      'run_events',
      'changes',
      'marks',
      'bin',
      'external_refs',
      'places',
    ]
    for (const table of tables)
      expect(await house.service.rows(`SELECT FROM threadkeep.${table}`)).toEqual([])
  })

  it('learns by the name of a conversation whose it is, and changes nothing by that', async () => {
    const ann = fresh('ann')
    const id = await house.service.conversation(ann)
    await keep(ann, { kind: 'ref.put', threadId: id, provider: 'openai', externalId: id })
    await house.service.rows('BEGIN')
    await house.service.rows(`SELECT set_config('threadkeep.conversation', $1, true)`, id)
    const seen = await house.service.rows('SELECT user_id, provider FROM threadkeep.external_refs')
    const changed = await house.service.rows(
      `UPDATE threadkeep.external_refs SET thread_id = 'x' RETURNING 1`,
    )
    await house.service.rows('ROLLBACK')
    expect([seen, changed]).toEqual([[{ user_id: ann, provider: 'pam' }], []])
  })

  it('is the only one that may look into every conversation', async () => {
    const report = await house.as('threadkeep_report')
    await expect(report.conversation('ann')).rejects.toMatchObject(denied)
    await expect(report.history('ann')).rejects.toMatchObject(denied)
    const upkeep = await house.as('threadkeep_upkeep')
    await expect(upkeep.history('ann')).rejects.toMatchObject(denied)
  })
})

describe('roles of PostgREST that were granted ours', () => {
  it('come as a user or as the service, and a role that was granted nothing comes as nobody', async () => {
    const gateway = await house.as('postgres')
    const [ann, suffix] = [fresh('ann'), crypto.randomUUID().replaceAll('-', '')]
    const roles = { user: `user_${suffix}`, service: `service_${suffix}`, nobody: `nobody_${suffix}` }
    for (const role of Object.values(roles)) await gateway.rows(`CREATE ROLE ${role}`)
    await gateway.rows(`GRANT threadkeep_app TO ${roles.user}`)
    await gateway.rows(`GRANT threadkeep_service TO ${roles.service}`)
    const as = (role: string) => gateway.rows(`SET ROLE ${role}`)
    await as(roles.service)
    const id = await gateway.conversation(ann)
    await as(roles.user)
    await expect(gateway.history(ann)).rejects.toMatchObject(denied)
    await gateway.set('request.jwt.claims', JSON.stringify({ sub: ann }))
    await gateway.say(id, 'user', 'mine')
    expect(await gateway.history(ann)).toMatchObject([{ content: 'mine' }])
    await as(roles.nobody)
    await expect(gateway.history(ann)).rejects.toMatchObject(denied)
    await gateway.rows('RESET ROLE')
    await gateway.rows(`DROP ROLE ${Object.values(roles).join(', ')}`)
  })
})

describe('50 sessions by both doors into one conversation', () => {
  it('lose nothing, share no seq, and leave the chain right', async () => {
    const ann = fresh('ann')
    const id = await house.service.conversation(ann)
    const callers = await Promise.all(range(25).map(() => house.as('threadkeep_service')))
    const texts = (door: string, i: number) => range(10).map((n) => `${door} ${i} ${n}`)
    const byPam = callers.map(async (caller, i) => {
      for (const text of texts('pam', i)) await caller.say(id, 'user', text)
    })
    const byHouse = range(25).map(async (i) => {
      for (const text of texts('house', i)) await keep(ann, said(id, text))
    })
    await Promise.all([...byPam, ...byHouse])
    const messages = await house.all(ann, id)
    const sent = range(25).flatMap((i) => [...texts('pam', i), ...texts('house', i)])
    expect(messages.map(({ text }) => text).toSorted()).toEqual(sent.toSorted())
    expect(messages.map(({ seq }) => seq)).toEqual(range(500).map((i) => i + 1))
    const thread = await house.store.thread(ann, id)
    expect(thread).toMatchObject({ lastSeq: 500, messageCount: 500, forkCount: 0, chain: chainOf(messages) })
    const changes = [...range(3)].map((i) => house.store.changes(ann, i * 200, 200))
    const seqs = (await Promise.all(changes)).flatMap((page) => page ?? []).map(({ changeSeq }) => changeSeq)
    expect(seqs).toEqual(range(501).map((i) => i + 1))
  })
})
