// Every protocol, well and badly behaved: what is said arrives whole, or the right fault is thrown.
import { afterAll, describe, expect, it } from 'vitest'
import type { ModelError } from '../../src/core/model.ts'
import { calling, greeting, thinking } from '../fake-provider/answer.ts'
import { openFakeProvider } from '../fake-provider/fake-provider.ts'
import type { Misbehaviour } from '../fake-provider/misbehaviour.ts'
import { asked, hear, type Heard, key, outcome, type ProtocolName, protocolNames, voice } from './voices.ts'

const words = greeting.text.join('')

describe.each(protocolNames)('%s', (name) => {
  it('says the whole answer, with its reason and its usage', async () => {
    await using fake = await openFakeProvider()
    const heard = await hear(voice(name, fake))
    expect(heard).toMatchObject({ text: words, error: null, end: { finish: 'stop' } })
    expect(heard.end?.usage).toEqual({
      inputTokens: 21,
      outputTokens: 9,
      cachedInputTokens: 4,
      reasoningTokens: name === 'anthropic' ? null : 3,
    })
  })

  it('hands over a tool call as one whole piece', async () => {
    await using fake = await openFakeProvider()
    fake.answer = calling
    const { parts, end, text } = await hear(voice(name, fake))
    expect(text).toBe('Let me look. ')
    expect(parts).toEqual([
      { type: 'tool-call', callId: 'call_1', name: 'weather', input: { city: 'Pune', days: 2 } },
    ])
    expect(end?.finish).toBe('other')
  })

  it.each(['length', 'filtered'] as const)('says that it ended by %s', async (finish) => {
    await using fake = await openFakeProvider()
    fake.answer = { ...greeting, finish }
    expect(await hear(voice(name, fake))).toMatchObject({ text: words, error: null, end: { finish } })
  })

  it('answers again over connections that it has', async () => {
    await using fake = await openFakeProvider()
    for (let i = 0; i < 5; i++) expect(outcome(await hear(voice(name, fake)))).toBe('end stop')
    expect(fake.requests).toBe(5)
    expect(fake.openSockets).toBeLessThanOrEqual(2)
  })

  it('sends the key to the provider and to nobody else', async () => {
    await using fake = await openFakeProvider({ kind: 'status', status: 401, message: `Wrong key: ${key}.` })
    const { error } = await hear(voice(name, fake))
    expect(JSON.stringify(fake.seen[0]?.headers)).toContain(key)
    expect(String(error)).toMatch(/\(401\): Wrong key: …/)
    expect(
      JSON.stringify([error, Object.entries(error as object), String((error as Error).stack)]),
    ).not.toContain(key)
  })

  it('never retries by itself', async () => {
    await using fake = await openFakeProvider({ kind: 'status', status: 500 })
    await hear(voice(name, fake))
    expect(fake.requests).toBe(1)
  })
})

/** OpenAI's own chat completions never say what was thought. */
it.each(protocolNames.filter((name) => name !== 'openai chat'))(
  '%s keeps its thoughts apart from its words',
  async (name) => {
    await using fake = await openFakeProvider()
    fake.answer = thinking
    const heard = await hear(voice(name, fake))
    expect(heard).toMatchObject({ reasoning: 'First a thought.', text: words, error: null })
  },
)

const table: Record<string, Record<string, string>> = {}

describe.each(protocolNames)('%s, misbehaving', (name) => {
  it.each<[string, Misbehaviour, string]>([
    ['429', { kind: 'status', status: 429 }, 'rate_limited'],
    ['400', { kind: 'status', status: 400 }, 'refused'],
    ['401', { kind: 'status', status: 401 }, 'refused'],
    ['403', { kind: 'status', status: 403 }, 'refused'],
    ['404', { kind: 'status', status: 404 }, 'refused'],
    ['302', { kind: 'status', status: 302 }, 'refused'],
    ['408', { kind: 'status', status: 408 }, 'timeout'],
    ['500', { kind: 'status', status: 500 }, 'overloaded'],
    ['503', { kind: 'status', status: 503 }, 'overloaded'],
    ['503 that does not end', { kind: 'status', status: 503, holds: true }, 'overloaded'],
    ['529', { kind: 'status', status: 529 }, 'overloaded'],
    ['socket reset before the headers', { kind: 'reset' }, 'unreachable'],
    ['no headers in time', { kind: 'hang' }, 'timeout'],
    ['silence before the first word', { kind: 'stall', after: 0 }, 'stalled'],
    ['silence in mid-answer', { kind: 'stall', after: 4 }, 'stalled'],
    ['cut in mid-answer, politely', { kind: 'cut', at: 300, how: 'close' }, 'cut'],
    ['cut in mid-answer, with the socket', { kind: 'cut', at: 300, how: 'destroy' }, 'cut'],
    ['an empty stream', { kind: 'cut', at: 0, how: 'close' }, 'cut'],
    ['bad JSON in the stream', { kind: 'garbage', after: 3 }, 'bad_answer'],
    ['bad JSON as the first event', { kind: 'garbage', after: 0 }, 'bad_answer'],
    ['a web page', { kind: 'page' }, 'bad_answer'],
    ['error event: overloaded', { kind: 'error-event', after: 4, error: 'overloaded' }, 'overloaded'],
    ['error event: rate limit', { kind: 'error-event', after: 4, error: 'rate_limit' }, 'rate_limited'],
    ['error event: invalid, first of all', { kind: 'error-event', after: 0, error: 'invalid' }, 'refused'],
    ['100 MB in one event', { kind: 'one-line', bytes: 100_000_000 }, 'bad_answer'],
    ['split inside each character', { kind: 'split', bytes: 7 }, 'end stop'],
    ['the end, twice', { kind: 'double-end' }, 'end stop'],
    ['ends and keeps the connection', { kind: 'linger' }, 'end stop'],
    ['slow tokens', { kind: 'slow', everyMs: 10 }, 'end stop'],
  ])('%s', async (label, fault, expected) => {
    await using fake = await openFakeProvider(fault)
    const impatient = ['hang', 'stall'].includes(fault.kind) ? { headersTimeoutMs: 60, stallMs: 60 } : {}
    const heard = await hear(voice(name, fake, impatient))
    noted(label, name, heard)
    expect(outcome(heard)).toBe(expected)
    expect(words.startsWith(heard.text)).toBe(true)
    expect(heard.error !== null || heard.text === words).toBe(true)
  })

  it('a closed port', async () => {
    const gone = await openFakeProvider()
    const { url } = gone
    await gone[Symbol.asyncDispose]()
    const heard = await hear(voice(name, { url }))
    noted('connection refused', name, heard)
    expect(heard.error).toMatchObject({ fault: 'unreachable', passing: true })
    expect(String(heard.error)).toContain(new URL(url).host)
  })

  it('says when to come back, and answers then', async () => {
    const busy: Misbehaviour = { kind: 'status', status: 429, retryAfter: '7' }
    await using fake = await openFakeProvider(busy, busy, null)
    const model = voice(name, fake)
    expect((await hear(model)).error).toMatchObject({ retryAfterMs: 7_000, passing: true, status: 429 })
    expect(outcome(await hear(model))).toBe('rate_limited')
    expect(outcome(await hear(model))).toBe('end stop')
  })

  it('reads a date as well', async () => {
    const retryAfter = new Date(Date.now() + 60_000).toUTCString()
    await using fake = await openFakeProvider({ kind: 'status', status: 503, retryAfter })
    const { error } = await hear(voice(name, fake))
    expect((error as ModelError).retryAfterMs).toBeGreaterThan(57_000)
    expect((error as ModelError).retryAfterMs).toBeLessThanOrEqual(60_000)
  })

  it('misbehaves for the one who asks for it by a mark', async () => {
    await using fake = await openFakeProvider()
    expect(outcome(await hear(voice(name, fake), asked('Do it: fault(status status=500)')))).toBe(
      'overloaded',
    )
    expect(outcome(await hear(voice(name, fake)))).toBe('end stop')
  })
})

it.each(['openai responses', 'openai chat', 'compatible'] as const)(
  '%s does not ask again for what cannot be paid',
  async (name) => {
    await using fake = await openFakeProvider({ kind: 'status', status: 429, code: 'insufficient_quota' })
    expect((await hear(voice(name, fake))).error).toMatchObject({
      fault: 'refused',
      passing: false,
      status: 429,
    })
  },
)

function noted(label: string, name: ProtocolName, heard: Heard): void {
  table[label] = { ...table[label], [name]: outcome(heard) }
}

afterAll(() => console.table(table))
