// The companion's and the marketing assistant's own words, in a file as the house left it.
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Home } from '../crash/home.ts'
import { asked, binned, created, deleted, json, said, saidParts, userChanged } from './commits.ts'

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const iso = '2026-01-02T03:04:05.678Z'
const home = new Home()
let db: DatabaseSync

beforeAll(async () => {
  await using store = await home.open()
  const keep = (...changes: Parameters<typeof store.commit>[0]['changes'][number][]) =>
    store.commit({ user: 'ann', at, changes })
  await keep(userChanged({ personaPrompt: json({ b: 1 }) }))
  await keep(created('t', { externalKey: 'user_abc123' }))
  await keep(said('t', 'a question', { id: 'q', tag: 'fun' }))
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
  await keep(said('t', 'a rule', { id: 's', role: 'system' }), said('t', 'thrown away', { id: 'd' }))
  await keep(deleted('t', 'd'))
  await keep(...asked('t', 'being answered', { id: 'p' }))
  await keep(created('in the bin'), said('in the bin', 'x'))
  await keep(binned('in the bin'))
  db = new DatabaseSync(home.file, { readOnly: true })
})
afterAll(() => {
  db.close()
  home[Symbol.dispose]()
})

const rows = (sql: string) =>
  db
    .prepare(sql)
    .all()
    .map((row) => ({ ...row }))

describe('the companion’s words', () => {
  it('are there as views', () => {
    const user = {
      id: 'ann',
      name: null,
      persona: 'sweet_supportive',
      persona_prompt: '{"b":1}',
      language: null,
    }
    expect(rows('SELECT * FROM companion_users')).toEqual([{ ...user, created_at: iso }])
    expect(rows('SELECT * FROM companion_sessions')).toEqual([
      {
        id: 't',
        user_id: 'ann',
        default_persona_id: null,
        persona_snapshot: null,
        message_count: 6,
        started_at: iso,
        last_activity: iso,
      },
    ])
    const messages = rows('SELECT * FROM companion_messages ORDER BY seq')
    expect(messages.map((row) => [row.id, row.role, row.tag, row.image_url, row.persona_id])).toEqual([
      ['q', 'user', 'fun', null, null],
      ['a', 'ai', null, null, 'flirtatious'],
      ['i', 'user', null, 'https://x/y.png', null],
      ['p', 'user', null, null, null],
    ])
  })
})

describe('the marketing assistant’s words', () => {
  it('are there as views, with ISO times', () => {
    const session = { session_id: 'user_abc123', user_id: 'ann', message_count: 6 }
    expect(rows('SELECT * FROM marketing_sessions')).toEqual([
      { ...session, created_at: iso, last_activity: iso },
    ])
    const messages = rows(`SELECT * FROM marketing_messages WHERE session_id = 'user_abc123' ORDER BY seq`)
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'system', 'user'])
    expect(messages[0]).toMatchObject({ id: 'q', content: 'a question', timestamp: iso })
  })
})
