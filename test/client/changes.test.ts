// Changes are heard in order and once, over as many connections as it takes.
import { expect, it } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { type Frame, ScriptedHouse, type Trouble } from './scripted-house.ts'

const change = (changeSeq: number): Frame => ({ event: 'change', id: `${changeSeq}`, data: { changeSeq, kind: 'message.said' } }) // prettier-ignore
const gone: Trouble = { status: 410, body: JSON.stringify({ error: { code: 'resync', message: 'Too old.', hint: 'Read anew.' } }) } // prettier-ignore

it('come as they happen, again after a cut, and none twice', async () => {
  await using house = await ScriptedHouse.open(
    { instead: [change(3), change(5)] },
    'reset',
    { instead: [change(5), change(6)] },
    gone,
  )
  const heard: number[] = []
  const listening = async () => {
    const client = createClient({ url: house.url, retry: { waitMs: 0.1 } })
    for await (const { changeSeq } of client.changesStream(2)) heard.push(changeSeq)
  }
  await expect(listening()).rejects.toMatchObject({ code: 'resync' })
  expect(heard).toEqual([3, 5, 6])
  expect(house.seen.map(({ path }) => path.replace(/^.*\?/, ''))).toEqual([
    'since=2',
    'since=5',
    'since=5',
    'since=6',
  ])
})

it('may be as rare as they like, as long as there is somebody to hear them from', async () => {
  const quiet: Trouble = { cutAt: 0, by: 'silence' }
  await using house = await ScriptedHouse.open(quiet, quiet, quiet, quiet, quiet, { instead: [change(3)] })
  const retry = { triesMax: 2, waitMs: 1, waitMsMax: 10 }
  const patient = createClient({ url: house.url, retry, silenceMsMax: 30 }).changesStream(2)
  for await (const { changeSeq } of patient) if (changeSeq === 3) break
  expect(house.seen).toHaveLength(6)
})

it('say each time that their stream has come to stand', async () => {
  await using house = await ScriptedHouse.open({ instead: [change(3)] }, 'reset', { instead: [change(4)] })
  let opened = 0
  const client = createClient({ url: house.url, retry: { waitMs: 0.1 } })
  const changes = client.changesStream(2, { onOpen: () => void opened++ })
  for await (const { changeSeq } of changes) if (changeSeq === 4) break
  expect(opened).toBe(2)
})

it('are left with the loop', async () => {
  await using house = await ScriptedHouse.open({ instead: [change(3)] })
  for await (const { changeSeq } of createClient({ url: house.url }).changesStream(2))
    if (changeSeq === 3) break
  expect(house.seen).toHaveLength(1)
})
