// The views by which other systems read what is kept, each as its own queries know it, and each under row security.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  binned,
  created,
  deleted,
  json,
  asked,
  refPut,
  said,
  saidParts,
  userChanged,
} from '../store/commits.ts'
import { type Caller, PamHouse } from './pam-house.ts'

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const views = [
  'threadkeep.aria_conversations', 'threadkeep.chat_threads', 'threadkeep.chat_messages', 'companion.users', 'companion.sessions',
  'companion.messages', 'marketing.sessions', 'marketing.messages',
] // prettier-ignore

let house: PamHouse
let report: Caller
beforeAll(async () => {
  house = await PamHouse.open()
  report = await house.as('threadkeep_report')
  for (const user of ['ann', 'bob']) {
    const keep = (...changes: Parameters<typeof house.store.commit>[0]['changes'][number][]) =>
      house.store.commit({ user, at, changes })
    await keep(userChanged({ name: `The name of ${user}`, personaPrompt: json({ b: 1, a: 2 }) }))
    await keep(created('t', { title: `of ${user}`, externalKey: 'user_abc123', metadata: json({ x: 1 }) }))
    await keep(said('t', 'a question', { id: 'q', tag: 'fun', sources: json([{ id: 's' }]) }))
    await keep(said('t', 'an answer', { id: 'a', role: 'assistant', personaId: 'flirtatious' }))
    await keep(
      saidParts(
        't',
        [
          { type: 'text', text: 'look' },
          { type: 'image', url: 'https://x/y.png' },
        ],
        { id: 'i' },
      ),
    )
    await keep(said('t', 'a rule', { id: 's', role: 'system' }))
    await keep(said('t', 'thrown away', { id: 'd' }))
    await keep(deleted('t', 'd'))
    await keep(...asked('t', 'being answered', { id: 'p' }))
    await keep(created('in the bin', { externalKey: 'gone' }), said('in the bin', 'x'))
    await keep(binned('in the bin'))
  }
})
afterAll(() => house[Symbol.asyncDispose]())

describe('aria_conversations', () => {
  it('answers the query by which ARIA shows its own evidence', async () => {
    await report.set('search_path', 'threadkeep')
    const rows = await report.rows(
      `SELECT user_id, thread_id, message_count, started_at::text FROM aria_conversations ORDER BY user_id`,
    )
    const started_at = '2026-01-02 03:04:05.678'
    expect(rows).toEqual([
      { user_id: 'ann', thread_id: 't', message_count: 3, started_at },
      { user_id: 'bob', thread_id: 't', message_count: 3, started_at },
    ])
    const types = await report.rows(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = 'threadkeep.aria_conversations'::regclass AND attname IN ('started_at', 'message_count') ORDER BY 1`,
    )
    expect(types).toEqual([
      { name: 'message_count', type: 'integer' },
      { name: 'started_at', type: 'timestamp(3) without time zone' },
    ])
  })

  it('calls a thread by the provider’s id where it has one, and never by PAM’s', async () => {
    const commit = (change: Parameters<typeof house.store.commit>[0]['changes'][number]) =>
      house.store.commit({ user: 'cleo', at, changes: [change] })
    await commit(created('mine', { unless: 'main' }))
    await house.service.conversation('cleo')
    const names = async () => {
      const rows = await report.rows<{ id: string }>(
        `SELECT thread_id AS id FROM threadkeep.aria_conversations WHERE user_id = 'cleo'`,
      )
      return rows.map(({ id }) => id)
    }
    expect(await names()).toEqual(['mine'])
    await commit(refPut('mine', 'azure', 'thread_azure'))
    expect(await names()).toEqual(['thread_azure'])
    await commit(refPut('mine', 'openai', 'thread_openai'))
    expect(await names()).toEqual(['thread_openai'])
  })
})

describe('chat_threads and chat_messages', () => {
  it('have the ADR’s columns, sources and metadata as jsonb', async () => {
    const ann = await house.user('ann')
    const times = { created_at: new Date(at), updated_at: new Date(at) }
    expect(await ann.rows('SELECT * FROM threadkeep.chat_threads')).toEqual([
      { id: 't', user_id: 'ann', title: 'of ann', metadata: { x: 1 }, ...times },
    ])
    const messages = await ann.rows(
      `SELECT id, thread_id, role, content, sources -> 0 ->> 'id' AS source FROM threadkeep.chat_messages ORDER BY seq`,
    )
    expect(messages.map(({ id, role, source }) => [id, role, source])).toEqual([
      ['q', 'user', 's'],
      ['a', 'assistant', null],
      ['i', 'user', null],
      ['s', 'system', null],
      ['p', 'user', null],
    ])
    expect(messages[0]).toMatchObject({ thread_id: 't', content: 'a question' })
  })
})

describe('companion', () => {
  it('has its users, sessions and messages by its own words', async () => {
    const ann = await house.user('ann')
    const name = 'The name of ann'
    expect(await ann.rows('SELECT * FROM companion.users')).toMatchObject([
      {
        id: 'ann',
        name,
        persona: 'sweet_supportive',
        persona_prompt: { a: 2, b: 1 },
        created_at: new Date(at),
      },
    ])
    expect(await ann.rows('SELECT * FROM companion.sessions')).toMatchObject([
      { id: 't', user_id: 'ann', default_persona_id: null, persona_snapshot: null, message_count: 6 },
    ])
    const messages = await ann.rows('SELECT * FROM companion.messages ORDER BY seq')
    expect(messages.map((row) => [row.id, row.role, row.tag, row.image_url, row.persona_id])).toEqual([
      ['q', 'user', 'fun', null, null],
      ['a', 'ai', null, null, 'flirtatious'],
      ['i', 'user', null, 'https://x/y.png', null],
      ['p', 'user', null, null, null],
    ])
    expect(messages[2]).toMatchObject({ session_id: 't', user_id: 'ann', text: 'look' })
  })
})

describe('marketing', () => {
  it('has sessions by their outside key, and times as ISO text', async () => {
    const ann = await house.user('ann')
    const iso = new Date(at).toISOString()
    const session = { session_id: 'user_abc123', user_id: 'ann', message_count: 6 }
    expect(await ann.rows('SELECT * FROM marketing.sessions')).toEqual([
      { ...session, created_at: iso, last_activity: iso },
    ])
    const messages = await ann.rows(
      `SELECT * FROM marketing.messages WHERE session_id = 'user_abc123' ORDER BY seq`,
    )
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'system', 'user'])
    expect(messages[0]).toMatchObject({ id: 'q', content: 'a question', timestamp: iso })
  })
})

describe.each(views)('%s', (view) => {
  const isUsers = view === 'companion.users'
  const owner = isUsers ? 'id' : 'user_id'

  it('shows everybody their own rows and nobody else’s', async () => {
    for (const role of ['threadkeep_app', 'threadkeep_service']) {
      const caller = await house.as(role)
      expect(await caller.rows(`SELECT FROM ${view}`)).toEqual([])
      await caller.set('threadkeep.user_id', 'bob')
      expect(await caller.rows(`SELECT DISTINCT ${owner} AS owner FROM ${view}`)).toEqual([{ owner: 'bob' }])
      await caller.end()
    }
  })

  it('shows all users to the report', async () => {
    const rows = await report.rows(
      `SELECT DISTINCT ${owner} AS owner FROM ${view} WHERE ${owner} <> 'cleo' ORDER BY 1`,
    )
    expect(rows).toEqual([{ owner: 'ann' }, { owner: 'bob' }])
  })

  it('is asked with the rights of who asks, and nobody can write by it', async () => {
    const [options] = await report.rows('SELECT reloptions FROM pg_class WHERE oid = $1::regclass', view)
    expect(options).toEqual({ reloptions: ['security_invoker=true'] })
    const caller = await house.user('ann')
    for (const write of [
      `DELETE FROM ${view}`,
      `UPDATE ${view} SET ${owner} = 'ann'`,
      `INSERT INTO ${view} DEFAULT VALUES`,
    ])
      await expect(caller.rows(write)).rejects.toMatchObject({
        code: expect.stringMatching(/^(42501|55000)$/),
      })
  })

  it('is nothing to the role that keeps the house in order', async () => {
    const upkeep = await house.as('threadkeep_upkeep')
    await expect(upkeep.rows(`SELECT FROM ${view}`)).rejects.toMatchObject({ code: '42501' })
    await upkeep.end()
  })
})
