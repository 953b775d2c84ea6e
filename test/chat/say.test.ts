// What is said is kept together with its run and its pending answer before any model is asked; each id is one message and one run.
import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/core/message.ts'
import { usualPace } from '../../src/chat/pace.ts'
import type { Model } from '../../src/core/model.ts'
import { atGate, end, hang, says } from '../../src/model/scripted.ts'
import { said } from '../store/commits.ts'
import { ann, here, openTalk, pause, type Talk } from './talk.ts'

describe('something said', () => {
  it('is kept with its run and its pending answer before the model is asked', async () => {
    const seen: Message[][] = []
    let talk: Talk | null = null
    const looks = (model: Model): Model => ({
      ...model,
      async *stream(request) {
        seen.push((await talk?.store.messages(ann, here, { limit: 9 }))?.messages ?? [])
        expect(await talk?.openRuns()).toBe(1)
        yield* model.stream(request)
      },
    })
    await using opened = (talk = await openTalk([says('By the wall.')], { asks: looks }))
    await opened.ask('Which roses?', { id: 'm1', thread: { title: 'The garden' } })
    expect(seen).toMatchObject([
      [
        { id: 'm1', text: 'Which roses?' },
        { status: 'pending', text: '', parentId: 'm1' },
      ],
    ])
  })

  it('that wants no answer asks no model', async () => {
    await using talk = await openTalk([])
    const { kept, live } = await talk.say('Only a note.', { reply: false, id: 'm1' })
    expect([kept.run, live, talk.model.calls]).toEqual([null, null, 0])
    expect(await talk.message('m1')).toMatchObject({ text: 'Only a note.', status: 'complete' })
  })

  it('may be answered by a later send of it, once', async () => {
    await using talk = await openTalk([says('By the wall.')])
    await talk.say('Which roses?', { reply: false, id: 'm1' })
    expect(await talk.ask('Which roses?', { id: 'm1' })).toMatchObject({ text: 'By the wall.' })
    expect(await talk.ask('Which roses?', { id: 'm1' })).toMatchObject({ text: 'By the wall.' })
    expect(talk.model.calls).toBe(1)
  })

  it('by anybody but the user asks for no answer', async () => {
    await using talk = await openTalk([])
    await expect(talk.say('I think so.', { role: 'assistant' })).rejects.toMatchObject({ code: 'invalid' })
    expect(await talk.store.thread(ann, here)).toBeNull()
  })

  it('into a thread of somebody else is not found, and asks no model', async () => {
    await using talk = await openTalk([])
    await talk.say('A note.', { reply: false })
    const asked = { threadId: here, words: { text: 'Mine?' }, reply: true }
    await expect(talk.say('Mine?', { ...asked, parentId: 'm1' }, 'bob')).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(talk.model.calls).toBe(0)
  })
})

describe('the same id', () => {
  it('50 times at once is one message, one run, one call and 50 equal answers', async () => {
    await using talk = await openTalk([says('By ', 'the wall.')])
    const sends = await Promise.all(Array.from({ length: 50 }, () => talk.say('Which roses?', { id: 'm1' })))
    await talk.allOver()
    const page = await talk.store.messages(ann, here, { limit: 200, branch: 'all' })
    const answers = await Promise.all(sends.map(async (sent) => (await talk.heard(sent)).at(-1)))
    expect([page?.messages.length, talk.model.calls, sends.length]).toEqual([2, 1, 50])
    expect(new Set(sends.map(({ kept }) => kept.run?.runId)).size).toBe(1)
    expect(new Set(sends.map(({ live }) => live)).size).toBe(1)
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  })

  it('with other words is refused, and nothing is written or asked', async () => {
    await using talk = await openTalk([says('By the wall.')])
    await talk.ask('Which roses?', { id: 'm1' })
    await expect(talk.say('Which tulips?', { id: 'm1' })).rejects.toMatchObject({
      code: 'same_id_other_content',
    })
    expect([talk.model.calls, (await talk.message('m1')).text]).toEqual([1, 'Which roses?'])
  })
})

describe('while an answer runs', () => {
  it('what is said after it waits for its end, and sees it', async () => {
    await using talk = await openTalk([['By ', atGate, 'the wall.', end()], says('Red ones.')])
    await talk.say('Which roses?')
    const second = await talk.say('And which colour?')
    await talk.model.gate.reached()
    await pause(60)
    expect(talk.model.calls).toBe(1)
    talk.model.gate.next()
    await talk.allOver()
    expect(talk.model.requests[1]?.messages.map(({ parts }) => parts[0])).toMatchObject([
      { text: 'Which roses?' },
      { text: 'By the wall.' },
      { text: 'And which colour?' },
    ])
    expect(await talk.reply(second)).toMatchObject({ text: 'Red ones.', status: 'complete' })
  })

  it('five in a row are answered in their order', async () => {
    await using talk = await openTalk((_, call) => says(`answer ${call}`))
    const all = []
    for (const n of [1, 2, 3, 4, 5]) all.push(await talk.say(`question ${n}`))
    await talk.allOver()
    const texts = await Promise.all(all.map(async (one) => (await talk.reply(one)).text))
    expect(texts).toEqual([1, 2, 3, 4, 5].map((n) => `answer ${n}`))
  })

  it('what stands beside it runs at once', async () => {
    await using talk = await openTalk(() => ['Both ', hang])
    await talk.say('one', { id: 'm1', parentId: null })
    await talk.say('two', { id: 'm2', parentId: null })
    await pause(60)
    expect([talk.model.open, talk.chat.live.size]).toEqual([2, 2])
  })

  it('what waits goes on when the answer before it fails or is stopped', async () => {
    await using talk = await openTalk([['Half', hang], says('Whole.')])
    const first = await talk.say('one')
    const second = await talk.say('two')
    first.live?.stop('asked')
    await talk.allOver()
    expect([await talk.reply(first), await talk.reply(second)]).toMatchObject([
      { status: 'stopped', text: 'Half' },
      { status: 'complete', text: 'Whole.' },
    ])
  })
})

it('an answer that nobody goes on with is waited for as long as its lease may last, and then no more', async () => {
  await using talk = await openTalk([says('Here I am.')], {
    pace: { ...usualPace, leaseMs: 50, followPollMs: 10 },
  })
  await talk.commit({ kind: 'thread.created', threadId: here }, said(here, 'a', { id: 'm0' }))
  await talk.commit({ kind: 'run.started', threadId: here, messageId: 'm0', runId: 'r0', replyId: 'a0', attempt: 'first', owner: 'gone', leaseMs: 1 }) // prettier-ignore
  expect(await talk.ask('Anybody?', { id: 'm1' })).toMatchObject({ text: 'Here I am.' })
  expect(await talk.message('m1')).toMatchObject({ parentId: 'a0' })
})
