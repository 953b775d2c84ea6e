// A node that is asked to go: it says so at once, lets its answers end, keeps what it cannot finish, and sends its readers elsewhere.
import { describe, expect, it } from 'vitest'
import { drain } from '../../src/chat/drain.ts'
import { atGate, deaf, end, hang } from '../../src/model/scripted.ts'
import { until } from '../chat/talk.ts'
import { wordsOf } from '../http/events.ts'
import { openNodes } from './neighbours.ts'

describe('a node that closes', () => {
  it('is not ready any more at once, and answers all the same until its runs are over', async () => {
    await using two = await openNodes(2, { script: [['By ', atGate, 'the wall.', end()]] })
    const ann = two.a.as('ann')
    const threadId = await ann.thread()
    const answered = ann.ask(threadId, 'Which?')
    await two.a.model.gate.reached()
    expect((await ann.get('/readyz')).status).toBe(200)
    const closed = two.a.keep.close()
    expect((await ann.get('/readyz')).status).toBe(503)
    expect([(await ann.get('/v1/me')).status, (await two.b.as('ann').get('/readyz')).status]).toEqual([200, 200]) // prettier-ignore
    two.a.model.gate.open()
    expect((await answered).body['reply']).toMatchObject({ text: 'By the wall.', status: 'complete' })
    await closed
  })

  it('tells its readers to go on at another, where they find the rest', async () => {
    await using two = await openNodes(2, { script: [['By ', hang]] })
    const ann = two.a.as('ann')
    const threadId = await ann.thread()
    const answer = await ann.stream(`/v1/threads/${threadId}/messages`, { text: 'Which?' })
    const { data } = await answer.until('message.kept')
    const { id } = await answer.until('run.delta')
    const changes = await ann.stream('/v1/changes/stream')
    const watching = await two.b
      .as('ann')
      .stream(`/v1/threads/${threadId}/runs/${String(data['runId'])}/events`)
    await drain(two.a.keep.chat, 50)
    await two.a.keep.close()
    expect((await answer.all()).map(({ event }) => event)).toEqual(['run.ended', 'message.finished'])
    await changes.all()
    expect(changes.comments).toEqual([': this node closes; go on at another'])
    const rest = await watching.all()
    expect([wordsOf(rest), rest.at(-2)?.data]).toMatchObject(['By ', { status: 'interrupted', error: { code: 'shutdown' } }]) // prettier-ignore
    const again = await two.b.as('ann').stream(`/v1/threads/${threadId}/runs/${String(data['runId'])}/events?after=${String(id)}`) // prettier-ignore
    expect((await again.all()).map(({ event }) => event)).toEqual(['run.ended', 'message.finished'])
  })

  it('whose readers follow another node’s run sends them away, and the run goes on', async () => {
    await using two = await openNodes(2, { script: [['By ', atGate, 'the wall.', end()]] })
    const ann = two.a.as('ann')
    const threadId = await ann.thread()
    const answer = await ann.stream(`/v1/threads/${threadId}/messages`, { text: 'Which?' })
    const { data } = await answer.until('message.kept')
    const watching = await two.b
      .as('ann')
      .stream(`/v1/threads/${threadId}/runs/${String(data['runId'])}/events`)
    const { id } = await watching.until('run.delta')
    const began = performance.now()
    await two.b.keep.close()
    expect(performance.now() - began).toBeLessThan(1_500)
    expect([await watching.next(), watching.comments.length]).toEqual([null, 1])
    two.a.model.gate.open()
    const path = `/v1/threads/${threadId}/runs/${String(data['runId'])}/events`
    const rest = await (await two.a.as('ann').stream(path, undefined, { 'last-event-id': String(id) })).all()
    expect([wordsOf(rest), rest.at(-2)?.data]).toMatchObject(['the wall.', { status: 'complete' }])
  })

  it('whose store is away leaves its run to another, and does not wait for ever', async () => {
    await using two = await openNodes(2, { script: [['By ', deaf]] })
    const ann = two.a.as('ann')
    const threadId = await ann.thread()
    const answer = await ann.stream(`/v1/threads/${threadId}/messages`, { text: 'Which?' })
    await answer.until('run.delta')
    await until(() => two.a.keep.chat.live.all()[0]?.log.length === 1)
    const { store } = two.a.keep.chat
    const [real, back] = [{ ...store }, Promise.withResolvers<void>()]
    store.commit = (commit) => back.promise.then(() => real.commit(commit))
    const began = performance.now()
    await drain(two.a.keep.chat, 100)
    expect(performance.now() - began).toBeLessThan(4_000)
    back.resolve()
    await answer.leave()
  })
})
