// A run that one node answers, watched, waited for and stopped from another.
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { atGate, end, hang, says } from '../../src/model/scripted.ts'
import { pause, until } from '../chat/talk.ts'
import { type SeenEvent, wordsOf } from '../http/events.ts'
import type { Body, Visitor } from '../http/visitor.ts'
import { hasty, openNodes } from './neighbours.ts'

const words = ['Roses ', 'žluté ', '🌹🌹 ', 'नमस्ते', ' grow.']
const whole = words.join('')

describe('watched from another node', () => {
  it('from every event on, it is the same to the byte as where it is answered', async () => {
    const call = { type: 'tool-call', callId: 'c', name: 'n', input: { days: 2 } } as const
    const halting = words.flatMap((word) => [atGate, word] as const)
    const script = [[...halting, atGate, { type: 'part', part: call } as const, ' And more.', end()]]
    await using two = await openNodes(2, { script })
    const [here, there] = [two.a.as('ann'), two.b.as('ann')]
    const owned = await here.stream(`/v1/threads/${await here.thread()}/messages`, { text: 'Which?' })
    const kept = await owned.until('message.kept')
    const path = await eventsPath(here, kept)
    const all = owned.all()
    const whileItGoes = [there.stream(path).then((events) => events.all())]
    for (let step = 0; step <= words.length; step++) {
      await two.a.model.gate.reached()
      await pause(60)
      two.a.model.gate.next()
    }
    const heard = await all
    expect(heard.length).toBeGreaterThan(7)
    const ids = heard.flatMap(({ id }) => id ?? [])
    for (const [n, id] of ids.entries()) {
      const rest = await (await there.stream(`${path}?after=${id}`)).all()
      expect(bytesOf(rest)).toEqual(bytesOf(heard.slice(heard.findIndex((event) => event.id === ids[n]) + 1)))
      expect(rest.at(-1)?.data['message']).toEqual(heard.at(-1)?.data['message'])
    }
    for (const events of await Promise.all(whileItGoes)) expect(bytesOf(events)).toEqual(bytesOf(heard))
  })

  it('from every byte on, and while it is being said, the rest is the same', async () => {
    await using two = await openNodes(2, {
      script: [[...words.flatMap((word) => [atGate, word]), atGate, end()]],
    })
    const [here, there] = [two.a.as('ann'), two.b.as('ann')]
    const { path } = await asked(here)
    const bytes = Buffer.from(whole)
    const streams = await Promise.all(
      starts(whole).map(async (at) => [at, await there.stream(`${path}?after=1.${at}.0`)] as const),
    )
    await until(() => two.b.keep.chat.live.elsewhere.size === 1)
    await pause(200) // all are there before the first word
    const all = Promise.all(streams.map(async ([at, stream]) => [at, await stream.all()] as const))
    for (let step = 0; step <= words.length; step++) {
      await two.a.model.gate.reached()
      await pause(30)
      two.a.model.gate.next()
    }
    for (const [at, events] of await all) {
      expect(events.filter(({ event }) => event === 'run.rewound')).toEqual([])
      expect(wordsOf(events)).toBe(bytes.subarray(at).toString())
    }
  })

  it('beyond what will ever be durable is rewound at the end', async () => {
    await using two = await openNodes(2, { script: [['By ', hang]] })
    const { path, runId } = await asked(two.a.as('ann'))
    const rest = two.b
      .as('ann')
      .stream(`${path}?after=1.900.0`)
      .then((events) => events.all())
    await until(() => two.b.keep.chat.live.elsewhere.size === 1)
    await stop(two.b.as('ann'), path)
    expect((await rest).map(({ event, id }) => [event, id])).toEqual([['run.rewound', '1.3.0'], ['run.ended', null], ['message.finished', null]]) // prettier-ignore
    expect(runId).not.toBe('')
  })

  it('is read once for all who watch it, and by nobody when they have left', async () => {
    await using two = await openNodes(2, { script: [['By ', hang]] })
    const { path } = await asked(two.a.as('ann'))
    const tabs = await Promise.all([1, 2, 3].map(() => two.b.as('ann').stream(path)))
    for (const tab of tabs) await tab.until('run.delta')
    const { elsewhere } = two.b.keep.chat.live
    expect(elsewhere.size).toBe(1)
    for (const tab of tabs) await tab.leave()
    expect(elsewhere.size).toBe(0)
  })

  it('by somebody else is not found', async () => {
    await using two = await openNodes(2, { script: [['By ', hang]] })
    const { path } = await asked(two.a.as('ann'))
    await expect(two.b.as('bob').stream(path)).rejects.toThrow('404')
  })

  it('a page of its thread has its words so far, and where to go on', async () => {
    await using two = await openNodes(2, { script: [['By the wall', hang]] })
    const { threadId } = await asked(two.a.as('ann'))
    await until(
      async () => (await two.b.as('ann').messages(threadId))[1]?.['text']?.toString() === 'By the wall',
    )
    expect((await two.b.as('ann').messages(threadId))[1]).toMatchObject({ status: 'pending', runPosition: '1.11.0' }) // prettier-ignore
  })
})

describe('stopped from another node', () => {
  it.each([
    ['by its id', (there: Visitor, { path }: Asked) => stop(there, path)],
    ['by its thread', (there: Visitor, { threadId }: Asked) => there.post(`/v1/threads/${threadId}/stop`)],
    ['by its message', (there: Visitor, { threadId, messageId }: Asked) => there.post(`/v1/threads/${threadId}/stop`, { messageId })], // prettier-ignore
  ])('%s it ends within a second, with its words', async (how, stopIt) => {
    await using two = await openNodes(2, { script: [['By the wall', hang]] })
    const run = await asked(two.a.as('ann'))
    await until(() => two.a.keep.chat.live.all()[0]?.log.length === 1)
    const began = performance.now()
    const { status, body } = await stopIt(two.b.as('ann'), run)
    const ms = performance.now() - began
    console.log(`stopped from another node ${how}: over after ${Math.round(ms)} ms`)
    expect([status, body['run'] ?? body['runs']?.['0']]).toMatchObject([200, { status: 'stopped', error: { code: 'stopped' } }]) // prettier-ignore
    expect(ms).toBeLessThan(1_000)
    expect((await two.b.as('ann').messages(run.threadId))[1]).toMatchObject({ text: 'By the wall', status: 'stopped' }) // prettier-ignore
  })

  it('before its first word too, and where no login sees every user', async () => {
    await using two = await openNodes(2, { script: [[hang]], storeUpkeep: '' })
    const { path } = await asked(two.a.as('ann'))
    const { body } = await stop(two.b.as('ann'), path)
    expect(body['run']).toMatchObject({ status: 'stopped' })
  })

  it('by throwing its thread away', async () => {
    await using two = await openNodes(2, { script: [['By ', hang]] })
    const { threadId } = await asked(two.a.as('ann'))
    expect((await two.b.as('ann').del(`/v1/threads/${threadId}`)).status).toBe(200)
    expect(two.a.keep.chat.live.size).toBe(0)
  })

  it('by somebody else it is not, and goes on', async () => {
    await using two = await openNodes(2, { script: [['By ', atGate, 'the wall.', end()]] })
    const { path, threadId } = await asked(two.a.as('ann'))
    expect((await stop(two.b.as('bob'), path)).status).toBe(404)
    await pause(600)
    two.a.model.gate.open()
    await until(() => two.a.keep.chat.live.size === 0)
    expect((await two.b.as('ann').messages(threadId))[1]).toMatchObject({ status: 'complete' })
  })
})

describe('waited for at another node', () => {
  it('the same send again has the same answer, and no model is asked twice', async () => {
    await using two = await openNodes(2, { script: () => ['By ', atGate, 'the wall.', end()] })
    const here = two.a.as('ann')
    const send = { id: 'm1', text: 'Which?' }
    const path = `/v1/threads/${await here.thread()}/messages`
    const first = here.post(path, send)
    await two.a.model.gate.reached()
    const again = two.b.as('ann').post(path, send)
    await until(() => two.b.keep.chat.live.elsewhere.size === 1)
    two.a.model.gate.open()
    const [one, other] = await Promise.all([first, again])
    expect([one.status, other.status, other.body['reply']]).toEqual([201, 200, one.body['reply']])
    expect([two.a.model.calls, two.b.model.calls]).toEqual([1, 0])
  })

  it('what is said meanwhile is answered after it, knowing its words', async () => {
    await using two = await openNodes(2, { script: () => ['By ', atGate, 'the wall.', end()] })
    const { threadId } = await asked(two.a.as('ann'))
    await two.a.model.gate.reached()
    const next = two.b.as('ann').ask(threadId, 'And then?')
    await until(() => two.b.keep.chat.live.elsewhere.size === 1)
    expect(two.b.model.calls).toBe(0)
    two.a.model.gate.open()
    two.b.model.gate.open()
    expect((await next).body['reply']).toMatchObject({ text: 'By the wall.' })
    expect(JSON.stringify(two.b.model.requests[0]?.messages)).toContain('By the wall.')
  })

  it('and its node dies, what is said meanwhile is answered all the same', async () => {
    await using two = await openNodes(2, { script: () => says('Here.'), pace: hasty })
    const ann = two.b.as('ann')
    const threadId = await ann.thread()
    const dead = { kind: 'run.started', threadId, messageId: 'm1', runId: 'r1', replyId: 'a1', attempt: 'first', owner: 'the dead', leaseMs: 600 } as const // prettier-ignore
    await ann.keep(threadId, 'Which?', { id: 'm1' })
    await two.b.keep.store.commit({ user: 'ann', at: Date.now(), changes: [dead] })
    expect((await ann.ask(threadId, 'And then?')).body['reply']).toMatchObject({ text: 'Here.' })
    expect((await ann.messages(threadId))[1]).toMatchObject({ id: 'a1', status: 'interrupted' })
  })
})

type Asked = { threadId: string; messageId: string; runId: string; path: string }

/** Asks, and does not wait for the answer. */
async function asked(visitor: Visitor): Promise<Asked> {
  const threadId = await visitor.thread()
  const stream = await visitor.stream(`/v1/threads/${threadId}/messages`, { text: 'Which?' })
  const kept = await stream.until('message.kept')
  const path = await eventsPath(visitor, kept)
  void stream.leave()
  return { threadId, messageId: String((kept.data['message'] as Body)['id']), runId: String(kept.data['runId']), path } // prettier-ignore
}

async function eventsPath(visitor: Visitor, { data }: SeenEvent): Promise<string> {
  const { threadId } = data['message'] as { threadId: string }
  const path = `/v1/threads/${threadId}/runs/${String(data['runId'])}`
  expect((await visitor.get(path)).body).toMatchObject({ status: 'running' })
  return `${path}/events`
}

const stop = (visitor: Visitor, path: string) => visitor.post(path.replace(/events$/, 'stop'))

/** What a reader has in hand, however it was cut: the words part by part, the pieces, and the end. */
function bytesOf(events: readonly SeenEvent[]): string[] {
  const told: string[] = []
  let before: string | null = null
  for (const { event, data } of events) {
    if (event === 'run.delta') {
      const part = `${String(data['part'])} ${String(data['kind'])}`
      if (part === before) told.push(`${must(told.pop(), 'words go on')}${String(data['text'])}`)
      else told.push(String(data['text']))
      before = part
      continue
    }
    before = null
    if (event === 'run.part' || event === 'run.ended') told.push(JSON.stringify(data))
  }
  return told
}

const starts = (text: string): number[] =>
  Array.from(text).map((_, n) => Buffer.byteLength(Array.from(text).slice(0, n).join('')))
