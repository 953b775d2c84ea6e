// Stopping is a request of its own: before the first word, twice, by the thread, from elsewhere; what was said stays.
import { describe, expect, it } from 'vitest'
import { atGate, end, hang, says } from '../../src/model/scripted.ts'
import { openHouse } from '../house.ts'

describe('stop', () => {
  it('before the first word ends the run, and the message stays', async () => {
    await using house = await openHouse({ script: [[hang]] })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const stream = await ann.stream(`/v1/threads/${threadId}/messages`, { text: 'Which roses?', id: 'm1' })
    await stream.until('message.kept')
    const { status, body } = await ann.post(`/v1/threads/${threadId}/stop`)
    expect([status, body]).toMatchObject([
      200,
      { runs: [{ status: 'stopped' }], receipt: { result: 'kept' } },
    ])
    expect((await stream.all()).at(-1)).toMatchObject({ data: { message: { status: 'stopped', text: '' } } })
  })

  it('keeps what was said, and from another connection too', async () => {
    await using house = await openHouse({ script: [['Roses ', hang]] })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const stream = await ann.stream(`/v1/threads/${threadId}/messages`, { text: 'Which roses?' })
    const runId = String((await stream.until('message.kept')).data['runId'])
    await stream.until('run.delta')
    const { body } = await ann.post(`/v1/threads/${threadId}/runs/${runId}/stop`)
    expect(body).toMatchObject({ run: { id: runId, status: 'stopped' }, receipt: { result: 'kept' } })
    expect(await ann.messages(threadId)).toMatchObject([{}, { text: 'Roses ', status: 'stopped' }])
  })

  it('twice is once', async () => {
    await using house = await openHouse({ script: [['Roses ', hang]] })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const stream = await ann.stream(`/v1/threads/${threadId}/messages`, { text: 'Which roses?' })
    const runId = String((await stream.until('message.kept')).data['runId'])
    const path = `/v1/threads/${threadId}/runs/${runId}/stop`
    const both = await Promise.all([ann.post(path), ann.post(path)])
    const third = await ann.post(path)
    expect(both.map(({ body }) => String(body['run']?.['status']))).toEqual(['stopped', 'stopped'])
    expect(third.body).toMatchObject({ run: { status: 'stopped' }, receipt: { result: 'replayed' } })
  })

  it('by the message that is answered, or by the answer, spares the others', async () => {
    await using house = await openHouse({ script: () => ['Roses ', hang] })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const path = `/v1/threads/${threadId}/messages`
    const one = await ann.stream(path, { text: 'one', id: 'm1', parentId: null })
    await one.until('run.delta')
    const two = await ann.stream(path, { text: 'two', id: 'm2', parentId: null })
    await two.until('run.delta')
    const { body } = await ann.post(`/v1/threads/${threadId}/stop`, { messageId: 'm2' })
    expect(body['runs']).toMatchObject([{ messageId: 'm2', status: 'stopped' }])
    expect((await ann.messages(threadId, '?branch=m1')).at(-1)).toMatchObject({
      status: 'pending',
      text: 'Roses ',
    })
  })

  it('where nothing runs says so', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const { status, body } = await ann.post(`/v1/threads/${await ann.thread()}/stop`)
    expect([status, body]).toEqual([200, { runs: [], receipt: null }])
  })

  it('by another does nothing', async () => {
    await using house = await openHouse({ script: [['Roses ', atGate, 'grow.', end()]] })
    const [ann, bob] = [await house.guest(), await house.guest()]
    const threadId = await ann.thread()
    const stream = await ann.stream(`/v1/threads/${threadId}/messages`, { text: 'Which roses?' })
    const runId = String((await stream.until('message.kept')).data['runId'])
    expect((await bob.post(`/v1/threads/${threadId}/stop`)).status).toBe(404)
    expect((await bob.post(`/v1/threads/${threadId}/runs/${runId}/stop`)).status).toBe(404)
    house.model.gate.open()
    expect((await stream.all()).at(-1)).toMatchObject({ data: { message: { status: 'complete' } } })
  })

  it('comes before a thread goes into the bin', async () => {
    await using house = await openHouse({ script: [['Roses ', hang]] })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const stream = await ann.stream(`/v1/threads/${threadId}/messages`, { text: 'Which roses?' })
    const kept = await stream.until('message.kept')
    await stream.until('run.delta')
    expect((await ann.del(`/v1/threads/${threadId}`)).body).toMatchObject({ binned: true })
    expect(house.chat.live.size).toBe(0)
    const runId = String(kept.data['runId'])
    expect((await ann.get(`/v1/threads/${threadId}/runs/${runId}`)).status).toBe(410)
    expect((await ann.get(`/v1/threads/${threadId}/runs/${runId}/events`)).status).toBe(410)
  })
})

describe('an answer that takes longer than the doors wait', () => {
  it('is 202, and found by its run later', async () => {
    await using house = await openHouse({
      script: [['Roses ', atGate, 'grow.', end()]],
      settings: { answerTimeoutMs: 30 },
    })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const { status, body } = await ann.ask(threadId, 'Which roses?')
    expect([status, body]).toMatchObject([
      202,
      {
        receipt: { result: 'kept' },
        reply: { status: 'pending', text: 'Roses ', runPosition: '1.6.0' },
        run: { status: 'running' },
      },
    ])
    house.model.gate.open()
    const path = `/v1/threads/${threadId}/runs/${String(body['run']?.['id'])}`
    await (await ann.stream(`${path}/events?after=1.6.0`)).all()
    expect((await ann.get(path)).body).toMatchObject({
      status: 'complete',
      messageId: body['message']?.['id'],
    })
  })

  it('shows its words so far on a page', async () => {
    await using house = await openHouse({ script: [['Roses ', atGate, 'grow.', end()]] })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const stream = await ann.stream(`/v1/threads/${threadId}/messages`, { text: 'Which roses?', id: 'm1' })
    await stream.until('run.delta')
    expect(await ann.messages(threadId)).toMatchObject([
      { id: 'm1', status: 'complete' },
      { status: 'pending', text: 'Roses ', runPosition: '1.6.0' },
    ])
    house.model.gate.open()
    await stream.all()
  })

  it('waits for the one before it in the same place', async () => {
    await using house = await openHouse({ script: [['one', atGate, end()], says('two')] })
    const ann = await house.guest()
    const threadId = await ann.thread()
    const first = await ann.stream(`/v1/threads/${threadId}/messages`, { text: 'a' })
    await first.until('run.delta')
    const second = ann.ask(threadId, 'b')
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(house.model.calls).toBe(1)
    house.model.gate.open()
    expect(String((await second).body['reply']?.['text'])).toBe('two')
  })
})
