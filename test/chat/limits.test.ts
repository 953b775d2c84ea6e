// How far an answer may go: at its limit of time or of tokens it ends as stopped, with its words, and everybody can read why.
import { describe, expect, it } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { type RunLimits, usualLimits } from '../../src/chat/limits.ts'
import { LiveRuns } from '../../src/chat/live.ts'
import type { Play } from '../../src/model/scripted.ts'
import { deaf, hang, says, scriptedModel } from '../../src/model/scripted.ts'
import { ModelError } from '../../src/core/model.ts'
import { threadkeep } from '../../src/server.ts'
import { type Body, Visitor } from '../http/visitor.ts'
import { ann, openTalk, pause, type Talk, until, wordsIn } from './talk.ts'

const inTime = { code: 'time_limit', message: 'Stopped after 0.1 seconds: the limit for one answer.' }
const call = { type: 'tool-call', callId: 'c', name: 'count', input: { days: 2 } } as const
const short = { runMs: 100 }

describe('an answer at its limit of time', () => {
  it.each<[string, Play, string]>([
    ['before the first word', [hang], ''],
    ['when the model stalls', ['By the ', hang], 'By the '],
    ['when the model does not hear that it is to stop', ['By the ', deaf], 'By the '],
    ['after a tool was called', ['Let me count. ', { type: 'part', part: call }, hang], 'Let me count. '],
    ['while it waits for another try', [new ModelError('overloaded', 'Busy.', { retryAfterMs: 9_000 })], ''],
  ])('ends as stopped with its words and the reason: %s', async (_, play, text) => {
    await using talk = await openLimited([play], short)
    const said = await talk.say('Which roses?')
    await talk.allOver()
    expect(await talk.run(said)).toMatchObject({ status: 'stopped', error: inTime })
    const reply = await talk.reply(said)
    expect(reply).toMatchObject({ status: 'stopped', metadata: { ending: inTime } })
    expect(wordsIn(await talk.heard(said))).toBe(text)
    expect(reply.parts?.[0] ?? { text: reply.text }).toMatchObject({ text })
  })

  it('lets go of the provider, and is heard by whoever follows', async () => {
    await using talk = await openLimited([['By ', hang]], short)
    const events = await talk.heard(await talk.say('Which roses?'))
    expect(events.at(-2)).toEqual({ type: 'run.ended', status: 'stopped', error: inTime })
    expect(talk.model.open).toBe(0)
  })

  it('keeps a tool call that was made', async () => {
    await using talk = await openLimited([[{ type: 'part', part: call }, hang]], short)
    expect((await talk.ask('Which roses?')).parts).toEqual([call])
  })

  it('does not count the time that it waited for the answer before it', async () => {
    await using talk = await openLimited([['By ', hang], says('On the hill.')], { runMs: 300 })
    const first = await talk.say('Which roses?')
    const second = await talk.say('And where?', { parentId: (await talk.run(first)).replyId })
    await talk.allOver()
    expect([(await talk.run(first)).status, (await talk.run(second)).status]).toEqual(['stopped', 'complete'])
  })

  it('that is over in time is complete, and is not stopped later', async () => {
    await using talk = await openLimited([says('Here.')], { runMs: 150 })
    const said = await talk.say('Which roses?')
    await pause(250)
    expect(await talk.reply(said)).toMatchObject({ status: 'complete', metadata: null })
  })

  it('is as somebody wished who stopped it before', async () => {
    await using talk = await openLimited([['By ', deaf]], { runMs: 60_000 })
    const said = await talk.say('Which roses?')
    await until(() => talk.chat.live.all()[0]?.log.length === 1)
    talk.chat.live.all()[0]?.stop('asked')
    await talk.allOver()
    expect(await talk.run(said)).toMatchObject({ status: 'stopped', error: { code: 'stopped' } })
    expect(await talk.reply(said)).toMatchObject({ metadata: null })
  })

  it('waits no longer than for the limit when the clock of the house is set back', async () => {
    await using talk = await openLimited([['By ', hang]], short, () => Date.now() - 3_600_000)
    expect(await talk.ask('Which roses?')).toMatchObject({ status: 'stopped', text: 'By ' })
  })
})

describe('an answer at its limit of tokens', () => {
  const error = { code: 'token_limit', message: 'Stopped after 10 tokens: the limit for one answer.' }

  it('the model is asked for no more', async () => {
    await using talk = await openLimited([says('Here.')], { outputTokens: 10 })
    await talk.ask('Which roses?')
    expect(talk.model.requests[0]).toMatchObject({ maxOutputTokens: 10 })
  })

  it.each([10, 12, null])('that a model ended there is stopped, having used %s', async (outputTokens) => {
    const usage = { inputTokens: null, outputTokens, cachedInputTokens: null, reasoningTokens: null }
    await using talk = await openLimited([['Here.', { type: 'end', finish: 'length', usage }]], { outputTokens: 10 })
    const said = await talk.say('Which roses?')
    await talk.allOver()
    expect(await talk.run(said)).toMatchObject({ status: 'stopped', error })
    expect(await talk.reply(said)).toMatchObject({ text: 'Here.', usage, metadata: { ending: error } })
  }) // prettier-ignore

  it('that a model ended for lack of room of its own is complete', async () => {
    const usage = { inputTokens: null, outputTokens: 4, cachedInputTokens: null, reasoningTokens: null }
    await using talk = await openLimited([['Here.', { type: 'end', finish: 'length', usage }]], { outputTokens: 10 })
    const said = await talk.say('Which roses?')
    await talk.allOver()
    expect(await talk.run(said)).toMatchObject({ status: 'complete', error: { code: 'length' } })
  }) // prettier-ignore

  it.each<[string, Play]>([
    ['words', [...Array<string>(100).fill('roses '), hang]],
    ['thoughts', [...Array.from({ length: 100 }, () => ({ type: 'reasoning', text: 'roses ' }) as const), hang]], // prettier-ignore
    ['pieces', [...Array.from({ length: 40 }, () => ({ type: 'part', part: call }) as const), hang]],
  ])('of a model that does not count is an estimate, and says so: %s', async (_, play) => {
    await using talk = await openLimited([play], { outputTokens: 10 })
    const said = await talk.say('Which roses?')
    await talk.allOver()
    expect(await talk.run(said)).toMatchObject({ status: 'stopped', error })
    const { usage } = await talk.reply(said)
    expect(usage).toMatchObject({ inputTokens: null, estimated: true })
    expect((usage as { outputTokens: number }).outputTokens).toBeGreaterThan(10)
    expect(talk.model.open).toBe(0)
  })

  it('is not met by an answer that has no more', async () => {
    await using talk = await openLimited([says('x'.repeat(60))], { outputTokens: 10 })
    expect(await talk.ask('Which roses?')).toMatchObject({
      status: 'complete',
      usage: { outputTokens: null },
    })
  })

  it('that nobody set is that of the model', async () => {
    await using talk = await openLimited([says('x'.repeat(100_000))], {})
    expect(await talk.ask('Which roses?')).toMatchObject({ status: 'complete' })
  })
})

describe('an answer under way', () => {
  it.each([
    [{ checkpointMs: 200 }, 'x'],
    [{ checkpointMs: 60_000, checkpointBytes: 300 }, 'x'.repeat(300)],
  ])('is written down at its checkpoint: %j', async (limits, words) => {
    await using talk = await openLimited([[words, hang]], limits)
    const { kept } = await talk.say('Which roses?')
    await until(() => talk.chat.live.all()[0]?.log.length === 1)
    const batches = () => talk.store.runEvents(ann, kept.run?.runId ?? '', -1)
    await until(async () => (await batches()).length === 1, 650)
    expect((await batches()).map(({ position }) => position)).toEqual([words.length])
  })

  it('is not written down before', async () => {
    const limits = { checkpointMs: 60_000, checkpointBytes: 300 }
    await using talk = await openLimited([['x'.repeat(299), hang]], limits)
    const { kept } = await talk.say('Which roses?')
    await pause(400)
    expect(await talk.store.runEvents(ann, kept.run?.runId ?? '', -1)).toEqual([])
  })
})

describe('a house with a limit of one second', () => {
  it('says at every door why an answer ended', async () => {
    const model = scriptedModel([['By the ', hang], [hang]])
    const authenticate = async () => ({ userId: ann })
    await using keep = await threadkeep({ store: 'memory:', runSeconds: '1', model, authenticate })
    const visitor = new Visitor((request) => keep.fetch(request), ann, null)
    const error = { code: 'time_limit', message: 'Stopped after 1 second: the limit for one answer.' }
    const stream = await visitor.stream('/v1/threads/roses/messages', { text: 'Which?', thread: {} })
    const events = await stream.all()
    expect(events.at(-2)?.data).toEqual({ status: 'stopped', error })
    const message = events.at(-1)?.data['message'] as Body
    expect(message).toMatchObject({ status: 'stopped', text: 'By the ', metadata: { ending: error } })
    const run = await visitor.get(`/v1/threads/roses/runs/${message['runId']?.toString()}`)
    expect(run.body).toMatchObject({ status: 'stopped', error, stopAskedAt: null })
    expect(model.open).toBe(0)
  })

  it('may come down to fewer tokens than the demo voice has to say', async () => {
    const authenticate = async () => ({ userId: ann })
    await using keep = await threadkeep({ store: 'memory:', model: 'demo', runTokens: '5', authenticate })
    const visitor = new Visitor((request) => keep.fetch(request), ann, null)
    const { body } = await visitor.post('/v1/threads/roses/messages', { text: 'Which?', thread: {} })
    expect(body['run']).toMatchObject({ status: 'stopped', error: { code: 'token_limit' } })
  })
})

describe('a limit that is set wrongly', () => {
  it.each([
    ['THREADKEEP_RUN_SECONDS', '0', 'from 1'],
    ['THREADKEEP_RUN_SECONDS', '90000', 'to 86400'],
    ['THREADKEEP_RUN_TOKENS', '-1', 'from 0'],
    ['THREADKEEP_RUN_TOKENS', '128001', 'to 128000'],
    ['THREADKEEP_CHECKPOINT', '1001/1800', 'no more than a second or 2 KiB of an answer may be lost'],
    ['THREADKEEP_CHECKPOINT', '900/2049', 'no more than a second or 2 KiB of an answer may be lost'],
    ['THREADKEEP_CHECKPOINT', '100/1800', 'from 200/256'],
    ['THREADKEEP_CHECKPOINT', '900', '"milliseconds/bytes"'],
  ])('is refused at the start in words: %s=%s', (name, value, words) => {
    expect(() => configFrom({}, { [name]: value }, '/nowhere')).toThrow(words)
  })

  it('is known from one that is set right, also in its parsed form', () => {
    const { checkpoint } = configFrom({}, { THREADKEEP_CHECKPOINT: '1000/2048' }, '/nowhere')
    expect(configFrom({ checkpoint }, {}, '/nowhere')).toMatchObject({ checkpoint: { ms: 1_000, bytes: 2_048 }, runSeconds: 600, runTokens: 0 }) // prettier-ignore
  })
})

function openLimited(
  script: Play[],
  limits: Partial<RunLimits>,
  now: () => number = Date.now,
): Promise<Talk> {
  const asked = { now, live: new LiveRuns({ ...usualLimits, ...limits }) }
  return openTalk(script, asked)
}
