// One question, one answer: in the main thread, a named one or a new one, and in the same place when it is asked again.
import { describe, expect, it } from 'vitest'
import { ModelError } from '../../src/core/model.ts'
import { atGate, end } from '../../src/model/scripted.ts'
import { openHouse, usualAnswer } from '../house.ts'

describe('POST /v1/chat', () => {
  it('answers in the main thread, and again in the same', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const first = await ann.post('/v1/chat', { message: 'Which roses?', id: 'm1' })
    const second = await ann.post('/v1/chat', { message: 'And where?' })
    expect([first.status, first.body]).toMatchObject([
      201,
      {
        response: usualAnswer,
        status: 'complete',
        messageId: 'm1',
        personaId: 'sweet_supportive',
        receipt: { result: 'kept' },
      },
    ])
    expect(second.body['threadId']).toBe(first.body['threadId'])
    expect((await ann.get('/v1/me')).body['mainThreadId']).toBe(first.body['threadId'])
  })

  it('asked again with the same id is the same answer', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const sent = { message: 'Which roses?', id: 'm1', newThread: true }
    const [first, again] = [await ann.post('/v1/chat', sent), await ann.post('/v1/chat', sent)]
    expect([first.status, again.status]).toEqual([201, 200])
    expect({ ...again.body, receipt: null }).toEqual({ ...first.body, receipt: null })
    expect((await ann.get('/v1/threads')).body['threads']).toHaveLength(1)
  })

  it('stays in the thread that is named', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    const threadId = await ann.thread()
    const { body } = await ann.post('/v1/chat', {
      message: 'Which roses?',
      threadId,
      personaId: 'bold_confident',
    })
    expect(body).toMatchObject({ threadId, personaId: 'dominant' })
  })

  it('does not make up a thread that is not there', async () => {
    await using house = await openHouse()
    const ann = await house.guest()
    expect((await ann.post('/v1/chat', { message: 'a', threadId: 'nowhere' })).status).toBe(404)
    expect((await ann.post('/v1/chat', { message: 'a', threadId: 'nowhere', newThread: true })).status).toBe(
      422,
    )
    expect((await ann.post('/v1/chat', { message: 'a', personaId: 'nobody' })).body['error']).toMatchObject({
      code: 'unknown_persona',
      details: { known: ['sweet_supportive', 'flirtatious', 'dominant', 'calm_mature'] },
    })
    expect((await ann.post('/v1/chat', { message: '' })).status).toBe(422)
  })

  it('says 502 when the model failed, and where the message is', async () => {
    await using house = await openHouse({ script: () => [new ModelError('refused', 'No.')] })
    const ann = await house.guest()
    const { status, body } = await ann.post('/v1/chat', { message: 'Which roses?', id: 'm1' })
    expect([status, body]).toMatchObject([
      502,
      { error: { code: 'model_failed' }, messageId: 'm1', receipt: { result: 'kept' } },
    ])
    expect(await ann.messages(String(body['threadId']))).toMatchObject([{ id: 'm1' }, { status: 'failed' }])
    expect(body['runId']).toBeTruthy()
  })

  it('says 202 with the words so far when it takes too long', async () => {
    await using house = await openHouse({
      script: () => ['Roses ', atGate, end()],
      settings: { answerTimeoutMs: 30 },
    })
    const ann = await house.guest()
    const { status, body } = await ann.post('/v1/chat', { message: 'Which roses?' })
    expect([status, body]).toMatchObject([202, { response: 'Roses ', status: 'running' }])
  })
})
