// An answer as it comes: in order, resumable at every place, never ended by a reader who leaves.
import { describe, expect, it } from 'vitest'
import { ModelError } from '../../src/core/model.ts'
import { atGate, end, hang, says } from '../../src/model/scripted.ts'
import { openHouse } from '../house.ts'
import { type SeenEvent, wordsOf } from './events.ts'
import type { Visitor } from './visitor.ts'

const names = (events: readonly SeenEvent[]) => events.map(({ event }) => event)
const send = (visitor: Visitor, threadId: string, body: object = { text: 'Which roses?' }) =>
  visitor.stream(`/v1/threads/${threadId}/messages`, body)

describe('the stream of a send', () => {
  it('says what was kept, then how it is answered, then what became of it, and ends', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const events = await (await send(ann, await ann.thread())).all()
    expect(names(events).filter((name, i, all) => name !== all[i - 1])).toEqual([
      'message.kept',
      'run.started',
      'run.delta',
      'run.ended',
      'message.finished',
    ])
    const [kept, started] = events
    const finished = events.at(-1)
    expect(kept?.data).toMatchObject({
      message: { text: 'Which roses?' },
      receipt: { result: 'kept' },
      runId: started?.data['runId'],
      replyId: started?.data['replyId'],
    })
    expect(finished?.data).toMatchObject({
      message: { id: kept?.data['replyId'], text: wordsOf(events), status: 'complete' },
      receipt: { id: kept?.data['replyId'], result: 'kept' },
    })
  })

  it('has ids that rise, from run.started on', async () => {
    await using house = await openHouse({
      script: [
        [
          { type: 'reasoning', text: 'Hm. ' },
          'žluté ',
          { type: 'part', part: { type: 'source', id: 's' } },
          '🌹',
          end(),
        ],
      ],
    })
    const ann = await house.guest()
    const events = await (await send(ann, await ann.thread())).all()
    const ids = events.flatMap(({ id }) => (id === null ? [] : [id.split('.').map(Number)]))
    expect(events[0]?.id).toBeNull()
    expect(events[1]?.id).toBe('1.0.0')
    expect(ids.at(-1)).toEqual([1, Buffer.byteLength('Hm. žluté 🌹'), 1])
    for (const [i, [epoch, bytes = 0, pieces = 0]] of ids.entries()) {
      const [, bytesBefore = 0, piecesBefore = 0] = ids[i - 1] ?? []
      expect([epoch, bytes + pieces >= bytesBefore + piecesBefore]).toEqual([1, true])
    }
  })

  it('of a message that nobody answers has only its beginning and end', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const stream = await send(ann, await ann.thread(), { text: 'A note.', reply: false })
    const events = await stream.all()
    expect(names(events)).toEqual(['message.kept', 'message.finished'])
    expect(events[1]?.data['message']).toEqual(events[0]?.data['message'])
  })

  it('of a replay is the same answer, and the model is asked once', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const threadId = await ann.thread()
    const first = await (await send(ann, threadId, { text: 'Which roses?', id: 'm1' })).all()
    const again = await (await send(ann, threadId, { text: 'Which roses?', id: 'm1' })).all()
    expect(again[0]?.data['receipt']).toMatchObject({ result: 'replayed' })
    expect(again.at(-1)?.data['message']).toEqual(first.at(-1)?.data['message'])
    expect(house.model.calls).toBe(1)
  })

  it('says that a model failed, with its words so far, and the message stays', async () => {
    await using house = await openHouse({ script: [['Roses', new ModelError('refused', 'No roses today.')]] })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const events = await (await send(ann, threadId)).all()
    expect(events.find(({ event }) => event === 'run.ended')?.data).toMatchObject({
      status: 'failed',
      error: { code: 'refused', message: 'No roses today.' },
    })
    expect(await ann.messages(threadId)).toMatchObject([
      { text: 'Which roses?', status: 'complete' },
      { text: 'Roses', status: 'failed' },
    ])
  })

  it('refuses in JSON what it would refuse without it', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const response = await ann.fetch(
      'POST',
      '/v1/threads/nowhere/messages',
      { text: 'a' },
      { accept: 'text/event-stream' },
    )
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'application/json; charset=utf-8',
    ])
  })

  it('is of another answer too, and its id is the attempt', async () => {
    await using house = await openHouse({ script: [says('one'), says('two')] })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const asked = await ann.ask(threadId, 'Which roses?', { id: 'm1' })
    const path = `/v1/threads/${threadId}/messages/m1/replies`
    const events = await (await ann.stream(path, { id: 'r2', personaId: 'calm_mature' })).all()
    expect(events[0]?.data).toMatchObject({ message: { id: 'm1' }, replyId: 'r2' })
    expect(events.at(-1)?.data['message']).toMatchObject({
      id: 'r2',
      text: 'two',
      personaId: 'calm_mature',
      siblings: { index: 1, count: 2, ids: [String(asked.body['reply']?.['id']), 'r2'] },
    })
    const again = await ann.post(path, { id: 'r2', personaId: 'calm_mature' })
    expect([again.status, String(again.body['reply']?.['text']), house.model.calls]).toEqual([200, 'two', 2])
  })
})

describe('resuming', () => {
  const words = ['Roses ', 'žluté ', '🌹🌹 ', 'grow.']

  it('at every position of a recorded stream gives the same bytes', async () => {
    await using house = await openHouse({ script: [[...words, end()]] })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const events = await (await send(ann, threadId)).all()
    const runId = String(events[0]?.data['runId'])
    const whole = words.join('')
    for (let bytes = 0; bytes <= Buffer.byteLength(whole); bytes++) {
      const resumed = await (
        await ann.stream(`/v1/threads/${threadId}/runs/${runId}/events?after=1.${bytes}.0`)
      ).all()
      const head = Buffer.from(whole)
        .subarray(0, bytes)
        .toString()
        .replace(/\ufffd+$/, '')
      expect(names(resumed).slice(-2)).toEqual(['run.ended', 'message.finished'])
      expect(head + textAfter(resumed, head)).toBe(whole)
    }
  })

  it('while it is being said goes on from Last-Event-ID, on another connection', async () => {
    await using house = await openHouse({ script: [['Roses ', atGate, 'grow.', end()]] })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const first = await send(ann, threadId)
    const kept = await first.until('message.kept')
    const delta = await first.until('run.delta')
    await first.leave()
    const path = `/v1/threads/${threadId}/runs/${String(kept.data['runId'])}/events`
    const second = await ann.stream(path, undefined, { 'last-event-id': delta.id ?? '' })
    house.model.gate.open()
    expect(wordsOf(await second.all())).toBe('grow.')
  })

  it('beyond what there is says how far to go back', async () => {
    await using house = await openHouse({ script: [['Roses ', atGate, 'grow.', end()]] })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const first = await send(ann, threadId)
    const runId = String((await first.until('message.kept')).data['runId'])
    await first.until('run.delta')
    const ahead = await ann.stream(`/v1/threads/${threadId}/runs/${runId}/events?after=1.999.0`)
    expect(await ahead.until('run.rewound')).toMatchObject({ id: '1.6.0', data: { to: '1.6.0' } })
    house.model.gate.open()
    expect(wordsOf(await ahead.all())).toBe('grow.')
  })

  it.each(['soon', '1', '1.2', '1.2.-3', "1.0.0'--"])('at %j is refused', async (after) => {
    await using house = await openHouse()
    const ann = await house.guest()
    const threadId = await ann.thread()
    const { body } = await ann.ask(threadId, 'Which roses?')
    const path = `/v1/threads/${threadId}/runs/${String(body['run']?.['id'])}/events`
    const { status } = await ann.get(`${path}?after=${encodeURIComponent(after)}`)
    expect(status).toBe(400)
  })

  it('is not for a run of another thread', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const [here, there] = [await ann.thread(), await ann.thread()]
    const { body } = await ann.ask(here, 'Which roses?')
    const { status } = await ann.get(`/v1/threads/${there}/runs/${String(body['run']?.['id'])}/events`)
    expect(status).toBe(404)
  })
})

describe('a reader', () => {
  it('who leaves stops nothing', async () => {
    await using house = await openHouse({ script: [['Roses ', atGate, 'grow.', end()]] })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const stream = await send(ann, threadId)
    await stream.until('run.delta')
    await stream.leave()
    house.model.gate.open()
    await Promise.all(house.chat.live.all().map(({ over }) => over))
    expect(await ann.messages(threadId)).toMatchObject([{}, { text: 'Roses grow.', status: 'complete' }])
  })

  it('hears every now and then that the house is still there', async () => {
    await using house = await openHouse({
      script: [[hang]],
      settings: { heartbeatMs: 5 },
    })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const stream = await send(ann, threadId)
    setTimeout(() => void ann.post(`/v1/threads/${threadId}/stop`), 60)
    await stream.all()
    expect(stream.comments.length).toBeGreaterThan(2)
  })

  it('who is too slow is dropped, others do not notice, and may come back for the rest', async () => {
    const step = 'x'.repeat(8 * 1024)
    const steps = Array.from({ length: 40 }, () => [atGate, step]).flat()
    await using house = await openHouse({
      script: [[...steps, end()]],
      settings: { waitingBytesMax: 32 * 1024 },
    })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const [slow, quick] = [await send(ann, threadId, { text: 'a', id: 'm1' }), await send(ann, threadId, { text: 'a', id: 'm1' })] // prettier-ignore
    const kept = await slow.until('message.kept')
    const read = quick.all()
    for (let i = 0; i < 40; i++) {
      await house.model.gate.reached()
      house.model.gate.next()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(wordsOf(await read)).toBe(step.repeat(40))
    const seen = await slow.all()
    expect(names(seen)).not.toContain('message.finished')
    const path = `/v1/threads/${threadId}/runs/${String(kept.data['runId'])}/events`
    const last = seen.at(-1)?.id ?? '1.0.0'
    const rest = await (await ann.stream(path, undefined, { 'last-event-id': last })).all()
    expect(names(rest).at(-1)).toBe('message.finished')
    expect(wordsOf(seen) + textAfter(rest, wordsOf(seen))).toBe(step.repeat(40))
  }, 30_000)

  it('is let go when the house closes, and sees a stream that was cut', async () => {
    const closing = new AbortController()
    await using house = await openHouse({ script: [['Roses ', hang]], closing: closing.signal })
    const ann = await house.guest()
    const stream = await send(ann, await ann.thread())
    await stream.until('run.delta')
    closing.abort()
    expect(names(await stream.all())).not.toContain('message.finished')
    expect((await house.stranger.get('/readyz')).status).toBe(503)
  })

  it('who asks only for the head of a stream opens none', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const { status, headers } = await ann.send('HEAD', '/v1/changes/stream')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  })
})

/** The words beyond what somebody has: of deltas, or of the snapshot that stands for them. */
function textAfter(events: readonly SeenEvent[], head: string): string {
  const snapshot = events.find(({ event }) => event === 'run.snapshot')
  if (!snapshot) return wordsOf(events)
  return (snapshot.data['message'] as { text: string }).text.slice(head.length)
}
