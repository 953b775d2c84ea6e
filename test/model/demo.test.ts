// The demo voice says what it is, quotes what it was handed, and knows nothing else.
import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { greetingMark, nameMark } from '../../src/core/compose.ts'
import type { ModelEvent, ModelMessage, ModelRequest } from '../../src/core/model.ts'
import type { Part } from '../../src/core/part.ts'
import { titleFrom, titleRequest } from '../../src/core/title.ts'
import { demoModel } from '../../src/model/demo.ts'

const instructions = `${nameMark}Nila\n${greetingMark}Come in, sit down.\n\n## Who you are\nA gardener.`
const demo = demoModel({ delayMs: 0 })
const talk = ['My dog is called Biscuit. She was born in Pune.', 'I walked ten kilometres today.']

describe('the first answer', () => {
  it.each([
    'Hello!',
    'My dog is called Biscuit.',
    'What is the capital of France?',
    'Are you human?',
    '🙂',
    '',
  ])('to %j says that it is the demo voice, and how to hear a model', async (question) => {
    const answer = await answerTo([question])
    expect(answer).toContain('I am the demo voice of Threadkeep, standing in for Nila. No model is connected')
    expect(answer).toContain('OPENAI_API_KEY')
  })

  it('to a greeting is the persona’s own', async () => {
    expect(await answerTo(['hi there'])).toMatch(/^Come in, sit down\./)
  })

  it('to something told quotes it', async () => {
    expect(await answerTo(['My dog is called Biscuit.'])).toMatch(
      /^You told me:\n\n> “My dog is called Biscuit\.”/,
    )
  })
})

describe('an answer', () => {
  it.each([
    ['What is my dog’s name?', ['My dog is called Biscuit.']],
    ['How far did I walk?', ['I walked ten kilometres today.']],
    ['Where was she born?', ['She was born in Pune.']],
    ['My dog is hungry.', ['My dog is called Biscuit.']],
    [
      'What do you remember about me?',
      ['My dog is called Biscuit.', 'She was born in Pune.', 'I walked ten kilometres today.'],
    ],
  ])('to %j quotes %j', async (question, quotes) => {
    expect(quotesIn(await answerTo([...talk, question]))).toEqual(quotes)
  })

  it('finds words of a language that puts no space between them', async () => {
    expect(quotesIn(await answerTo(['明天我要去北京', '北京什么时候去?']))).toEqual(['明天我要去北京'])
  })

  it.each(['What is the capital of France?', 'Who won the cup in 1998?'])(
    'to %j says that nothing was told, and makes nothing up',
    async (question) => {
      const answer = await answerTo([...talk, question])
      expect(answer).toContain('none shares a word with that, and I do not make things up')
      expect(quotesIn(answer)).toEqual([])
    },
  )

  it('may not quote questions, nor what the assistant said', async () => {
    const earlier = ['Is my dog well?', 'The weather is fine.']
    expect(quotesIn(await answerTo([...earlier, 'How is my dog?'], 'Your dog is well.'))).toEqual([])
  })

  it('may not know what fell out of the window', async () => {
    expect(await answerTo([...talk.slice(1), 'What is my dog’s name?'])).not.toContain('Biscuit')
  })

  it('says that it is the demo voice, each time', async () => {
    for (const question of [
      'Hello',
      'What is my dog’s name?',
      'Is it raining?',
      'I am tired.',
      'Who are you?',
      '/tool',
    ])
      expect(await answerTo([...talk, question])).toMatch(/the demo voice/)
  })

  it('is the same every time', async () => {
    expect(await eventsOf([...talk, 'Where was my dog born?'])).toEqual(
      await eventsOf([...talk, 'Where was my dog born?']),
    )
  })

  it('may do without any message and any mark', async () => {
    expect(textOf(await play({ instructions: '', messages: [] }))).toContain('the demo voice')
  })
})

describe('the stream', () => {
  it('comes word by word, and ends once, with what it cost', async () => {
    const events = await eventsOf(['Hello'])
    const words = events.filter(({ type }) => type === 'text')
    expect(words.length).toBeGreaterThan(20)
    expect(words[0]).toEqual({ type: 'text', text: 'Come ' })
    expect(events.filter(({ type }) => type === 'end')).toHaveLength(1)
    expect(events.at(-1)).toEqual({
      type: 'end',
      finish: 'stop',
      usage: { inputTokens: 18, outputTokens: words.length, cachedInputTokens: null, reasoningTokens: null },
    })
  })

  it('ends at the length it was given', async () => {
    const events = await play({ messages: [user('Hello')], maxOutputTokens: 3 })
    expect(textOf(events)).toBe('Come in, sit ')
    expect(events.at(-1)).toMatchObject({ type: 'end', finish: 'length' })
  })

  it('stops at once when it is aborted, with the reason, in the middle of a wait', async () => {
    const stop = new AbortController()
    const stream = demoModel({ delayMs: 60_000 }).stream(
      request({ messages: [user('Hi')], signal: stop.signal }),
    )
    const first = stream[Symbol.asyncIterator]().next()
    stop.abort(new Error('enough'))
    await expect(first).rejects.toThrow('enough')
  })

  it('leaves no listener behind', async () => {
    const { signal } = new AbortController()
    const slow = demoModel({ delayMs: 1 }).stream(
      request({ messages: [user('Hi')], signal, maxOutputTokens: 3 }),
    )
    expect(await Array.fromAsync(slow)).toHaveLength(4)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('may not begin, nor go on, once it is aborted', async () => {
    const stop = new AbortController()
    const seen: ModelEvent[] = []
    const listen = async () => {
      for await (const event of demo.stream(request({ messages: [user('Hi')], signal: stop.signal }))) {
        seen.push(event)
        stop.abort(new Error('enough'))
      }
    }
    await expect(listen()).rejects.toThrow('enough')
    await expect(listen()).rejects.toThrow('enough')
    expect(seen).toHaveLength(1)
  })
})

describe('on command', () => {
  it.each(['/tool', 'please use a tool', 'Count this /tool now'])(
    '%j plays a tool call between words',
    async (command) => {
      const events = await eventsOf([...talk, command])
      const kinds = events.map((event) => (event.type === 'part' ? event.part.type : event.type))
      expect(kinds.filter((kind, index) => kind !== kinds[index - 1])).toEqual([
        'text',
        'tool-call',
        'tool-result',
        'text',
        'end',
      ])
      const [call, result] = partsOf(events)
      expect(call).toEqual({
        type: 'tool-call',
        callId: 'demo-1',
        name: 'count_words',
        input: { of: 'thread' },
      })
      expect(result).toMatchObject({
        type: 'tool-result',
        callId: 'demo-1',
        name: 'count_words',
        output: { messages: 5 },
      })
    },
  )

  it('calls have other ids than those before', async () => {
    const [call] = partsOf(await eventsOf(['/tool']))
    const before: ModelMessage = { role: 'assistant', parts: call ? [call] : [] }
    const [next] = partsOf(await play({ messages: [user('/tool'), before, user('/tool')] }))
    expect(next).toMatchObject({ callId: 'demo-2' })
  })

  it('"/think" thinks before it answers', async () => {
    const events = await eventsOf([...talk, '/think where was my dog born?'])
    const thought = events.flatMap((event) => (event.type === 'reasoning' ? [event.text] : [])).join('')
    expect(thought).toContain('The person says: “where was my dog born?”')
    expect(events[0]?.type).toBe('reasoning')
    expect(quotesIn(textOf(events))).toContain('She was born in Pune.')
  })

  it.each(['path/tool', 'I bought a tool', '/thinking'])('%j is no command', async (words) => {
    const events = await eventsOf([words])
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['text', 'end']))
  })
})

it.each([
  ['My dog is called Biscuit and she was born in Pune', 'My dog is called Biscuit and'],
  ['/think why', 'why'],
  ['/tool', 'New conversation'],
])('names a conversation that began with %j: %s', async (first, title) => {
  const asked = titleRequest([
    { role: 'user', text: first },
    { role: 'assistant', text: 'Hm.' },
  ])
  expect(titleFrom(textOf(await play(asked)))).toBe(title)
})

const user = (text: string): ModelMessage => ({ role: 'user', parts: [{ type: 'text', text }] })

/** What the person said, with an answer after each but the last. */
function conversation(said: readonly string[], answer: string): ModelMessage[] {
  const reply: ModelMessage = { role: 'assistant', parts: [{ type: 'text', text: answer }] }
  return said.flatMap((text, index) => (index < said.length - 1 ? [user(text), reply] : [user(text)]))
}

function request(given: Partial<ModelRequest>): ModelRequest {
  return {
    instructions,
    messages: [],
    maxOutputTokens: 1_000,
    signal: new AbortController().signal,
    ...given,
  }
}

const play = (given: Partial<ModelRequest>): Promise<ModelEvent[]> =>
  Array.fromAsync(demo.stream(request(given)))
const eventsOf = (said: readonly string[], answer = 'Yes.') => play({ messages: conversation(said, answer) })
const answerTo = async (said: readonly string[], answer?: string) => textOf(await eventsOf(said, answer))

const textOf = (events: readonly ModelEvent[]): string =>
  events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('')
const partsOf = (events: readonly ModelEvent[]): Part[] =>
  events.flatMap((event) => (event.type === 'part' ? [event.part] : []))
const quotesIn = (answer: string): string[] =>
  [...answer.matchAll(/> “(.*)”/g)].map((match) => match[1] ?? '')
