// Before the house closes, answers end in their time, or are kept as far as they came.
import { expect, it } from 'vitest'
import { drain } from '../../src/chat/drain.ts'
import { atGate, deaf, end, hang } from '../../src/model/scripted.ts'
import { openTalk, until } from './talk.ts'

it('answers that end in time are complete', async () => {
  await using talk = await openTalk(() => ['By ', atGate, 'the wall.', end()])
  const said = await talk.say('Which roses?')
  await talk.model.gate.reached()
  setTimeout(() => talk.model.gate.open(), 50)
  await drain(talk.chat, 5_000)
  expect([await talk.reply(said), talk.chat.live.size]).toMatchObject([
    { status: 'complete', text: 'By the wall.' },
    0,
  ])
})

it('those that do not are interrupted, with what they said', async () => {
  await using talk = await openTalk(() => ['By ', hang])
  const [first, second] = [await talk.say('one'), await talk.say('two')]
  await until(() => first.live?.log.length === 1)
  await drain(talk.chat, 100)
  expect([await talk.reply(first), await talk.reply(second)]).toMatchObject([{ status: 'interrupted', text: 'By ' }, { status: 'interrupted', text: '' }]) // prettier-ignore
  expect([await talk.run(first), await talk.openRuns()]).toMatchObject([{ error: { code: 'shutdown' } }, 0])
})

it('one that begins meanwhile has the rest of the time', async () => {
  await using talk = await openTalk(() => ['By ', atGate, 'the wall.', end()])
  await talk.say('one', { parentId: null })
  await talk.model.gate.reached()
  const drained = drain(talk.chat, 2_000)
  const late = await talk.say('two', { parentId: null })
  talk.model.gate.next()
  await until(() => talk.chat.live.size === 1)
  setTimeout(() => talk.model.gate.open(), 50)
  await drained
  expect(await talk.reply(late)).toMatchObject({ status: 'complete', text: 'By the wall.' })
})

it('a model that hears nothing does not keep the house open', async () => {
  await using talk = await openTalk(() => ['By ', deaf])
  const said = await talk.say('Which roses?')
  await until(() => said.live?.log.length === 1)
  await drain(talk.chat, 50)
  expect(await talk.reply(said)).toMatchObject({ status: 'interrupted', text: 'By ' })
}, 5_000)

it('a house without answers is empty at once', async () => {
  await using talk = await openTalk([])
  const began = performance.now()
  await drain(talk.chat, 5_000)
  expect(performance.now() - began).toBeLessThan(100)
})
