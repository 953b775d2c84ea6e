// An answer at its limit is over for every node, and each reads the same reason.
import { expect, it } from 'vitest'
import { hang } from '../../src/model/scripted.ts'
import type { Body } from '../http/visitor.ts'
import { openNodes } from './neighbours.ts'

it('one that its node stopped at its limit of time is heard and read as stopped at another, with the reason', async () => {
  await using two = await openNodes(2, { script: [['By the ', hang]], runSeconds: '1' })
  const [here, there] = [two.a.as('ann'), two.b.as('ann')]
  const thread = await here.thread()
  const owned = await here.stream(`/v1/threads/${thread}/messages`, { text: 'Which?' })
  const kept = await owned.until('message.kept')
  const path = `/v1/threads/${thread}/runs/${(kept.data as Body)['runId']?.toString()}`
  const events = await (await there.stream(`${path}/events`)).all()
  const error = { code: 'time_limit', message: 'Stopped after 1 second: the limit for one answer.' }
  expect(events.at(-2)).toMatchObject({ event: 'run.ended', data: { status: 'stopped', error } })
  expect(events.at(-1)?.data['message']).toMatchObject({ text: 'By the ', metadata: { ending: error } })
  expect((await there.get(path)).body).toMatchObject({ status: 'stopped', error, stopAskedAt: null })
  expect(two.a.model.open).toBe(0)
})
