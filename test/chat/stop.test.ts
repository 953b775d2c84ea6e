// Stop is a request of its own: before the first word or after, twice, by thread, from elsewhere; what was said stays.
import { describe, expect, it } from 'vitest'
import { stopRun, stopThread } from '../../src/chat/stop.ts'
import { ModelError } from '../../src/core/model.ts'
import { atGate, deaf, end, hang, says } from '../../src/model/scripted.ts'
import { ann, here, openTalk, pause, until } from './talk.ts'

describe('stop', () => {
  it('before the first word ends the run, and no model is left open', async () => {
    await using talk = await openTalk([[hang]])
    const said = await talk.say('Which roses?', { id: 'm1' })
    await until(() => talk.model.open === 1)
    expect(await stopRun(talk.chat, ann, runIn(said))).toMatchObject({
      status: 'stopped',
      error: { code: 'stopped' },
    })
    expect([await talk.reply(said), await talk.message('m1'), talk.model.open]).toMatchObject([{ text: '' }, { status: 'complete' }, 0]) // prettier-ignore
  })

  it('before the model is even asked asks none', async () => {
    await using talk = await openTalk([says('Too late.')])
    const said = await talk.say('Which roses?')
    said.live?.stop('asked')
    await talk.allOver()
    expect([(await talk.reply(said)).status, talk.model.calls]).toEqual(['stopped', 0])
  })

  it('keeps what was said, durably, when it answers', async () => {
    await using talk = await openTalk([['By ', 'the wa', hang]])
    const said = await talk.say('Which roses?')
    await until(() => said.live?.log.position.bytes === 9)
    await stopRun(talk.chat, ann, runIn(said))
    expect(await talk.reply(said)).toMatchObject({ text: 'By the wa', status: 'stopped' })
  })

  it('twice, at once and later, is once', async () => {
    await using talk = await openTalk([['By ', hang]])
    const said = await talk.say('Which roses?')
    const stop = () => stopRun(talk.chat, ann, runIn(said))
    const [first, second] = await Promise.all([stop(), stop()])
    expect(first).toEqual(second)
    expect(await stop()).toMatchObject({ status: 'stopped', endedAt: first.endedAt })
  })

  it('after the end changes nothing', async () => {
    await using talk = await openTalk([says('By the wall.')])
    const said = await talk.say('Which roses?')
    await talk.allOver()
    expect(await stopRun(talk.chat, ann, runIn(said))).toMatchObject({ status: 'complete', stopAt: null })
  })

  it('by thread ends every run of it, and none of another', async () => {
    await using talk = await openTalk(() => ['x', hang])
    const both = [await talk.say('one', { parentId: null }), await talk.say('two', { parentId: null })]
    const other = await talk.say('three', { threadId: 'thread-2' })
    expect(await stopThread(talk.chat, ann, here)).toHaveLength(2)
    expect(await Promise.all([...both, other].map(async (one) => (await talk.run(one)).status))).toEqual(['stopped', 'stopped', 'running']) // prettier-ignore
  })

  it('by a message ends only its own answer', async () => {
    await using talk = await openTalk(() => ['x', hang])
    await talk.say('one', { id: 'm1', parentId: null })
    await talk.say('two', { id: 'm2', parentId: null })
    expect(await stopThread(talk.chat, ann, here, 'm2')).toMatchObject([
      { messageId: 'm2', status: 'stopped' },
    ])
    expect(talk.chat.live.size).toBe(1)
  })

  it('of one that waits for the answer before it ends it at once, and not the other', async () => {
    await using talk = await openTalk([['By ', atGate, 'the wall.', end()]])
    const first = await talk.say('one')
    const second = await talk.say('two')
    expect(await stopRun(talk.chat, ann, runIn(second))).toMatchObject({ status: 'stopped' })
    talk.model.gate.open()
    await talk.allOver()
    expect([await talk.reply(first), talk.model.calls]).toMatchObject([
      { text: 'By the wall.', status: 'complete' },
      1,
    ])
  })

  it('while it waits to ask again ends the waiting', async () => {
    await using talk = await openTalk([[new ModelError('overloaded', 'Busy.', { retryAfterMs: 20_000 })]])
    const said = await talk.say('Which roses?')
    await until(() => talk.model.calls === 1)
    await pause(20)
    const began = performance.now()
    expect(await stopRun(talk.chat, ann, runIn(said))).toMatchObject({ status: 'stopped' })
    expect(performance.now() - began).toBeLessThan(1_000)
  })

  it('ends a run whose model does not hear it', async () => {
    await using talk = await openTalk([['By ', deaf]])
    const said = await talk.say('Which roses?')
    await until(() => said.live?.log.length === 1)
    expect(await stopRun(talk.chat, ann, runIn(said))).toMatchObject({ status: 'stopped' })
    expect(await talk.reply(said)).toMatchObject({ text: 'By ', status: 'stopped' })
  }, 15_000)

  it('by somebody else finds nothing, and stops nothing', async () => {
    await using talk = await openTalk([['By ', atGate, 'the wall.', end()]])
    const said = await talk.say('Which roses?')
    await expect(stopRun(talk.chat, 'bob', runIn(said))).rejects.toMatchObject({ code: 'not_found' })
    await expect(stopThread(talk.chat, 'bob', here)).rejects.toMatchObject({ code: 'not_found' })
    talk.model.gate.open()
    await talk.allOver()
    expect(await talk.reply(said)).toMatchObject({ text: 'By the wall.', status: 'complete' })
  })
})

const runIn = ({ kept }: { kept: { run: { runId: string } | null } }): string => kept.run?.runId ?? ''
