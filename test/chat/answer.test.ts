// How an answer fails, is tried again, is cut, grows too long, and what of it is kept each time; and what the model was given.
import { describe, expect, it } from 'vitest'
import { ModelError } from '../../src/core/model.ts'
import type { UnknownPart } from '../../src/core/part.ts'
import { positionFrom } from '../../src/core/run-log.ts'
import { atGate, end, hang, type Play, says } from '../../src/model/scripted.ts'
import { deleted } from '../store/commits.ts'
import { ann, here, namesOf, openTalk, pause, spoken, type Talk, wordsIn } from './talk.ts'

const busy = (retryAfterMs = 20) => new ModelError('rate_limited', 'Too many.', { retryAfterMs, status: 429 })

describe('before the first word', () => {
  it('a fault that passes is met by asking again, twice, and the listeners are told', async () => {
    await using talk = await openTalk([[atGate, busy(30)], [busy(40)], says('At last.')])
    const said = await talk.say('Which roses?')
    const heard = talk.heard(said)
    await talk.model.gate.reached()
    talk.model.gate.next()
    const retries = (await heard).filter(({ type }) => type === 'run.retrying')
    expect(retries).toMatchObject([
      { attempt: 1, afterMs: 30, reason: 'Too many.' },
      { attempt: 2, afterMs: 40 },
    ])
    expect([(await talk.reply(said)).text, talk.model.calls]).toEqual(['At last.', 3])
  })

  it('a third fault is the end', async () => {
    await using talk = await openTalk(() => [busy(1)])
    const said = await talk.say('Which roses?', { id: 'm1' })
    await talk.allOver()
    expect([await talk.reply(said), await talk.message('m1'), talk.model.calls]).toMatchObject([
      { status: 'failed', text: '' },
      { text: 'Which roses?', status: 'complete' },
      3,
    ])
    expect(await talk.run(said)).toMatchObject({
      error: { code: 'rate_limited', message: 'Too many.', status: 429 },
    })
  })

  it('the time that the provider asks for is waited', async () => {
    await using talk = await openTalk([[busy(250)], says('Now.')])
    const began = performance.now()
    await talk.ask('Which roses?')
    expect(performance.now() - began).toBeGreaterThan(245)
  })

  it('a provider that wants to be left alone for long is not asked again', async () => {
    await using talk = await openTalk(() => [busy(31_000)])
    expect([await talk.ask('Which roses?'), talk.model.calls]).toMatchObject([{ status: 'failed' }, 1])
  })

  it('a refusal is not tried again', async () => {
    await using talk = await openTalk(() => [new ModelError('refused', 'No.', { status: 401 })])
    expect([await talk.ask('Which roses?'), talk.model.calls]).toMatchObject([{ status: 'failed' }, 1])
  })

  it('a stream without anything is tried again, and is never complete', async () => {
    await using talk = await openTalk([[], says('Here.')])
    expect(await talk.ask('Which roses?')).toMatchObject({ text: 'Here.', status: 'complete' })
  }, 10_000)

  it('a fault of ours is told to the operator, and not to the person in its own words', async () => {
    await using talk = await openTalk([
      [{ type: 'part', part: { type: 'x', big: 1n } as UnknownPart }, end()],
    ])
    const said = await talk.say('Which roses?')
    await talk.allOver()
    const { status, error } = await talk.run(said)
    expect([status, error]).toMatchObject([
      'failed',
      { code: 'internal', message: 'A fault of ours ended this answer.' },
    ])
    expect(talk.reports).toEqual([expect.stringContaining('a run failed')])
  })
})

describe('after the first word', () => {
  it('a fault is the end, and the words stay', async () => {
    await using talk = await openTalk([['By ', 'the wa', busy(1)]])
    expect(await talk.ask('Which roses?')).toMatchObject({ status: 'failed', text: 'By the wa' })
    expect(talk.model.calls).toBe(1)
  })

  it.each<[string, Play]>([
    ['words', ['By ', 'the wa']],
    ['a thought', [{ type: 'reasoning', text: 'Hm.' }]],
    ['a piece', [{ type: 'part', part: { type: 'tool-call', callId: 'c', name: 'n', input: {} } }]],
  ])('a stream that stops after %s without its end failed', async (_, play) => {
    await using talk = await openTalk([play])
    const said = await talk.say('Which roses?')
    await talk.allOver()
    expect(await talk.run(said)).toMatchObject({ status: 'failed', error: { code: 'cut' } })
  })

  it('what is said next is still answered, and the model sees the words that there were', async () => {
    await using talk = await openTalk([['Half', busy(1)], says('Whole.')])
    await talk.ask('one')
    expect(await talk.ask('two')).toMatchObject({ text: 'Whole.', status: 'complete' })
    expect(talk.model.requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
  })
})

describe('words that cannot be kept exactly', () => {
  it.each<[string, string[], string]>([
    ['a NUL', ['a', '\0', 'b'], 'a\\u0000b'],
    ['a character whose halves come in two deltas', ['a\ud83c', '\udf39b'], 'a🌹b'],
    ['half a character at the end', ['a', '\ud83c'], 'a\\ud83c'],
    ['half a character before other words', ['a\ud83c', 'b'], 'a\\ud83cb'],
    ['two first halves', ['\ud83c', '\ud83c', '\udf39'], '\\ud83c🌹'],
    ['a second half alone', ['\udf39', 'b'], '\\udf39b'],
  ])('%s comes as its escape, or whole', async (_, deltas, kept) => {
    await using talk = await openTalk([says(...deltas)])
    const said = await talk.say('Which roses?')
    const heard = await talk.heard(said)
    expect([wordsIn(heard), (await talk.reply(said)).text]).toEqual([kept, kept])
  })

  it('are told of beside the message, and only they', async () => {
    await using talk = await openTalk([says('a\0'), says('a🌹')])
    const [escaped, exact] = [await talk.ask('one'), await talk.ask('two')]
    expect([escaped.metadata, exact.metadata]).toEqual([{ escaped: true }, null])
  })

  it('half a character before a piece stays with its own part', async () => {
    const piece = { type: 'tool-call', callId: 'c', name: 'n', input: { of: 'a\0' } }
    await using talk = await openTalk([['a\ud83c', { type: 'part', part: piece }, 'b', end()]])
    expect((await talk.ask('Which roses?')).parts).toEqual([
      { type: 'text', text: 'a\\ud83c' },
      { type: 'tool-call', escaped: expect.stringContaining('"a\\u0000"') },
      { type: 'text', text: 'b' },
    ])
  })
})

describe('an answer that grows beyond what is kept', () => {
  it('ends as stopped, with a reason and its words, and the provider is let go', async () => {
    await using talk = await openTalk([[...Array<string>(1_000).fill('x'.repeat(1_024)), hang]])
    const said = await talk.say('Which roses?')
    await talk.allOver()
    const { status, error } = await talk.run(said)
    expect([status, error, talk.model.open]).toMatchObject(['stopped', { code: 'answer_too_long' }, 0])
    expect((await talk.reply(said)).text.length).toBeGreaterThan(900_000)
  })

  it.each<[string, Play]>([
    ['one delta', ['x'.repeat(3_000_000), hang]],
    ['one delta of characters that need room', ['🌹'.repeat(500_000), hang]],
    ['words that double in JSON', [...Array<string>(300).fill('\x01"\\'.repeat(1_000)), hang]],
    ['thoughts and words', [{ type: 'reasoning', text: 'y'.repeat(400_000) }, '\x02'.repeat(400_000), hang]],
    ['one piece', [{ type: 'part', part: { type: 'tool-result', callId: 'c', name: 'n', output: 'z'.repeat(2_000_000) } }, hang]],
    ['many pieces', [...Array.from({ length: 100 }, (_, n) => ({ type: 'part' as const, part: { type: 'source', id: `${n}` } })), hang]],
  ])('in %s too', async (_, play) => {
    await using talk = await openTalk([play])
    const said = await talk.say('Which roses?')
    await talk.allOver()
    expect(await talk.run(said)).toMatchObject({ status: 'stopped', error: { code: 'answer_too_long' } })
    expect(await talk.openRuns()).toBe(0)
    expect(wordsIn(await talk.heard(said))).toBe((await talk.reply(said)).parts?.map((part) => part['text' as 'type'] ?? '').join('') ?? (await talk.reply(said)).text)
  }) // prettier-ignore
})

describe('what a model may send that cannot be written as it is', () => {
  const nested = (depth: number): unknown => (depth === 0 ? {} : [nested(depth - 1)])

  it.each<[string, Play]>([
    ['a reason that is too long and has a NUL', ['Half', new ModelError('refused', 'no \0\ud83c '.repeat(5_000))]],
    ['a usage that is no number', ['Half', end({ inputTokens: Number.NaN })]],
    ['a piece that is nested deeply', ['Half', { type: 'part', part: { type: 'tool-call', callId: 'c', name: 'n', input: nested(61) } }, end()]],
    ['a piece of no type', ['Half', { type: 'part', part: {} as UnknownPart }, end()]],
    ['a piece of words without words', ['Half', { type: 'part', part: { type: 'text' } as UnknownPart }, end()]],
    ['a piece whose type has a NUL', ['Half', { type: 'part', part: { type: 'a\0' } as UnknownPart }, end()]],
  ])('%s ends the run all the same, with the words', async (_, play) => {
    await using talk = await openTalk([play])
    const said = await talk.say('Which roses?')
    await talk.allOver()
    expect([await talk.openRuns(), (await talk.reply(said)).text]).toEqual([0, expect.stringMatching(/^Half/)])
  }) // prettier-ignore
})

describe('the context receipt', () => {
  it('names exactly the messages that the model was given', async () => {
    await using talk = await openTalk(() => says('Yes.'), { window: { messages: 3, bytes: 65_536 } })
    for (const n of [1, 2, 3]) await talk.ask(`question ${n}`, { id: `m${n}` })
    const said = await talk.say('question 4', { id: 'm4' })
    await talk.allOver()
    const receipt = await receiptOf(talk, said)
    expect(await textsOf(talk, receipt.messageIds)).toEqual(given(talk, 3))
    expect(receipt).toMatchObject({
      personaId: 'sweet_supportive',
      leftOut: [{ reason: 'window', count: 4 }],
    })
  })

  it('leaves out what was deleted, what is empty and what stands on another branch', async () => {
    await using talk = await openTalk([
      says('One.'),
      [new ModelError('refused', 'No.')],
      says('Beside.'),
      says('End.'),
    ])
    await talk.ask('question 1', { id: 'm1' })
    await talk.ask('question 2', { id: 'm2' })
    await talk.ask('elsewhere', { id: 'm3', parentId: null })
    await talk.commit(deleted(here, 'm1'))
    const last = (await talk.store.messages(ann, here, { limit: 9, branch: 'm2' }))?.messages.at(-1)
    const said = await talk.say('question 3', { id: 'm4', parentId: last?.id ?? null })
    await talk.allOver()
    const receipt = await receiptOf(talk, said)
    expect(await textsOf(talk, receipt.messageIds)).toEqual(given(talk, 3))
    expect(given(talk, 3)).toEqual(['One.', 'question 2', 'question 3'])
    expect(receipt.leftOut).toEqual([
      { reason: 'deleted', count: 1 },
      { reason: 'empty', count: 1 },
    ])
  })
})

describe('while it is said', () => {
  it('is durable at least every second, or every 2 KiB', async () => {
    const step = 'x'.repeat(300)
    await using talk = await openTalk([[...spoken(10, step).slice(0, 10), atGate, 'y', atGate]])
    const said = await talk.say('Which roses?')
    const durable = async () =>
      (await talk.store.runEvents(ann, said.kept.run?.runId ?? '', -1)).at(-1)?.position ?? 0
    await talk.model.gate.reached()
    await pause(250)
    expect(await durable()).toBe(3_000)
    talk.model.gate.next()
    await talk.model.gate.reached()
    await pause(1_000)
    expect(await durable()).toBe(3_001)
  })

  it('is so too where writing takes its time', async () => {
    const writing = Promise.withResolvers<void>()
    await using talk = await openTalk([['x', atGate, 'y', atGate]], {
      between: (store) => ({
        ...store,
        commit: async (commit) => {
          if (!commit.changes.some(({ kind }) => kind === 'run.progressed')) return store.commit(commit)
          writing.resolve()
          await pause(400)
          return store.commit(commit)
        },
      }),
    })
    const said = await talk.say('Which roses?')
    await writing.promise
    talk.model.gate.next()
    await pause(1_250)
    expect(await talk.store.runEvents(ann, said.kept.run?.runId ?? '', -1)).toMatchObject([{ position: 1 }, { position: 2 }]) // prettier-ignore
  })

  it('is so too when the clock steps back', async () => {
    let hour = 3_600_000
    await using talk = await openTalk([['x', atGate]], { now: () => Date.now() + hour })
    const said = await talk.say('Which roses?')
    hour = 0
    await pause(1_050)
    expect(await talk.store.runEvents(ann, said.kept.run?.runId ?? '', -1)).toMatchObject([{ position: 1 }])
  })

  it('keeps thoughts, words and pieces in their order', async () => {
    const call = { type: 'tool-call', callId: 'c', name: 'n', input: { days: 2 } }
    await using talk = await openTalk([[{ type: 'reasoning', text: 'Hm.' }, 'I ', 'look. ', { type: 'part', part: call }, 'So.', end()]])
    const said = await talk.say('Which roses?')
    const heard = await talk.heard(said)
    expect((await talk.reply(said)).parts).toEqual([
      { type: 'reasoning', text: 'Hm.' }, { type: 'text', text: 'I look. ' }, call, { type: 'text', text: 'So.' },
    ])
    expect(namesOf(heard).slice(-2)).toEqual(['run.ended', 'message.finished'])
    expect(await talk.heard(said, positionFrom('1.14.1'))).toMatchObject([{ type: 'run.ended' }, { type: 'message.finished' }])
  }) // prettier-ignore
})

type ContextReceipt = { messageIds: string[]; leftOut: { reason: string; count: number }[] }

const receiptOf = async (talk: Talk, said: Parameters<Talk['run']>[0]): Promise<ContextReceipt> =>
  (await talk.run(said)).contextReceipt as ContextReceipt

const textsOf = (talk: Talk, ids: string[]): Promise<string[]> =>
  Promise.all(ids.map(async (id) => (await talk.message(id)).text))

const given = (talk: Talk, call: number): string[] =>
  (talk.model.requests[call]?.messages ?? []).map(({ parts }) => String((parts[0] as { text?: string }).text))
