// Another answer stands beside those that are there, takes the head along, and is known by its id, so that a retry never pays twice.
import { expect, it } from 'vitest'
import { answerAgain, type ReplyAsked } from '../../src/chat/reply.ts'
import { ModelError } from '../../src/core/model.ts'
import { says } from '../../src/model/scripted.ts'
import { ann, here, openTalk, type Talk } from './talk.ts'

it('another answer is a sibling, and the head is with it', async () => {
  await using talk = await openTalk([says('One.'), says('Two.')])
  const first = await talk.ask('Which roses?', { id: 'm1' })
  const second = await again(talk, { id: 'a2' })
  expect(second).toMatchObject({
    id: 'a2',
    text: 'Two.',
    parentId: 'm1',
    siblings: { ids: [first.id, 'a2'] },
  })
  expect(await talk.store.thread(ann, here)).toMatchObject({ headId: 'a2' })
})

it('the same id again is the same answer, and the model is asked once', async () => {
  await using talk = await openTalk([says('One.'), says('Two.')])
  await talk.ask('Which roses?', { id: 'm1' })
  const all = await Promise.all(Array.from({ length: 20 }, () => again(talk, { id: 'a2' })))
  expect([new Set(all.map(({ text }) => text)), talk.model.calls]).toEqual([new Set(['Two.']), 2])
  expect(await talk.store.thread(ann, here)).toMatchObject({ messageCount: 3 })
})

it('without an id each is another', async () => {
  await using talk = await openTalk((_, call) => says(`answer ${call}`))
  await talk.ask('Which roses?', { id: 'm1' })
  const [two, three] = [await again(talk), await again(talk)]
  expect([two.text, three.text, three.siblings.count]).toEqual(['answer 2', 'answer 3', 3])
})

it('may be asked for by the answer that is not liked, or that failed', async () => {
  await using talk = await openTalk([[new ModelError('refused', 'No.')], says('Now.')])
  const failed = await talk.ask('Which roses?', { id: 'm1' })
  expect(await again(talk, { messageId: failed.id })).toMatchObject({ text: 'Now.', parentId: 'm1' })
  expect(talk.model.requests[1]?.messages).toHaveLength(1)
})

it('while the first is being said both run, and neither ends the other', async () => {
  await using talk = await openTalk([says('One.'), says('Two.')])
  const first = await talk.say('Which roses?', { id: 'm1' })
  const second = await again(talk)
  await talk.allOver()
  expect([(await talk.reply(first)).status, second.status, talk.model.calls]).toEqual([
    'complete',
    'complete',
    2,
  ])
})

it('an id that something else has is refused, and no model is asked', async () => {
  await using talk = await openTalk([says('One.')])
  await talk.ask('Which roses?', { id: 'm1' })
  await expect(again(talk, { id: 'm1' })).rejects.toMatchObject({ code: 'same_id_other_content' })
  await expect(again(talk, { messageId: 'm9' })).rejects.toMatchObject({ code: 'not_found' })
  await expect(again(talk, { personaVersion: 'old' })).rejects.toMatchObject({ code: 'invalid' })
  expect(talk.model.calls).toBe(1)
})

async function again(talk: Talk, besides: Partial<ReplyAsked> = {}) {
  const said = await answerAgain(talk.chat, ann, { threadId: here, messageId: 'm1', ...besides })
  await said.live?.over
  return talk.reply(said)
}
