// A thread is named once, after what was first said and answered in it; never over the name that its user gave.
import { expect, it } from 'vitest'
import { ModelError, type ModelRequest } from '../../src/core/model.ts'
import { atGate, end, type Play, says } from '../../src/model/scripted.ts'
import { renamed } from '../store/commits.ts'
import { ann, here, isTitleRequest, openTalk, pause, type Talk, until } from './talk.ts'

const playing =
  (answer: Play, title: Play) =>
  (request: ModelRequest): Play =>
    isTitleRequest(request) ? title : answer
const withTitles = (answer: Play, title: Play) => openTalk(playing(answer, title), { asks: (model) => model })
const titleOf = async (talk: Talk) => (await talk.store.thread(ann, here))?.title
const titleRequests = (talk: Talk) => talk.model.requests.filter(isTitleRequest)

it('a thread is named after its first exchange, once', async () => {
  await using talk = await withTitles(says('By the wall.'), says('Roses in ', 'the garden'))
  await talk.ask('Which roses?')
  await until(async () => (await titleOf(talk)) === 'Roses in the garden')
  await talk.ask('And where?')
  await pause(30)
  expect(titleRequests(talk)).toHaveLength(1)
  expect(titleRequests(talk)[0]?.messages.map(({ parts }) => parts[0])).toMatchObject([{ text: 'Which roses?' }, { text: 'By the wall.' }, {}]) // prettier-ignore
  expect(await talk.store.thread(ann, here)).toMatchObject({ titledBy: 'model' })
})

it('the name that the user gave is neither asked for nor touched', async () => {
  await using talk = await withTitles(says('By the wall.'), says('Another'))
  await talk.ask('Which roses?', { thread: { title: 'Mine' } })
  await pause(30)
  expect([await titleOf(talk), titleRequests(talk)]).toEqual(['Mine', []])
})

it('the name that the user gives while the model thinks of one stays', async () => {
  await using talk = await withTitles(says('By the wall.'), [atGate, 'Another', end()])
  await talk.ask('Which roses?')
  await talk.model.gate.reached()
  await talk.commit(renamed(here, 'Mine'))
  talk.model.gate.open()
  await pause(50)
  expect(await titleOf(talk)).toBe('Mine')
})

it('a model that fails at it names nothing, and the answer stays', async () => {
  await using talk = await withTitles(says('By the wall.'), ['Half a na', new ModelError('refused', 'No.')])
  expect(await talk.ask('Which roses?')).toMatchObject({ status: 'complete' })
  await until(() => talk.reports.length === 1)
  expect([await titleOf(talk), talk.reports[0]]).toEqual([null, expect.stringContaining('no title')])
})

it('an answer that failed names nothing', async () => {
  await using talk = await withTitles(['Half', new ModelError('refused', 'No.')], says('Another'))
  await talk.ask('Which roses?')
  await pause(30)
  expect([await titleOf(talk), titleRequests(talk)]).toEqual([null, []])
})

it('a thread whose first answer failed is named after the next', async () => {
  const plays = [[new ModelError('refused', 'No.')], says('By the wall.')]
  const script = (request: ModelRequest) => (isTitleRequest(request) ? says('Roses') : (plays.shift() ?? []))
  await using talk = await openTalk(script, { asks: (model) => model })
  await talk.ask('Which roses?')
  await talk.ask('Which roses, please?')
  await until(async () => (await titleOf(talk)) !== null)
  expect(await titleOf(talk)).toBe('Roses')
})

it('a thread whose user says two things at once is named all the same', async () => {
  await using talk = await withTitles(says('By the wall.'), says('Roses'))
  await Promise.all([talk.say('Hello!'), talk.say('Which roses?')])
  await until(async () => (await titleOf(talk)) !== null)
  expect(await titleOf(talk)).toBe('Roses')
})
