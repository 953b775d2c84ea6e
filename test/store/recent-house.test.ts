// Recent threads in the memory of a whole house: brought in at its start, counted, and never in the way of what was just done.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { pause } from '../chat/talk.ts'
import { type House, openHouse, usualAnswer } from '../house.ts'

it('brings in what was talked of last when it is opened again, and says how much', async () => {
  using place = folder()
  await using first = await openHouse({ data: place.data })
  const ann = await first.guest()
  const ids = [await ann.thread(), await ann.thread(), await ann.thread()]
  for (const id of ids.slice(1)) await ann.keep(id, 'Hello')
  await first.keep.close()
  await using again = await openHouse({ data: place.data })
  expect([await first.keep.loaded, await again.keep.loaded]).toEqual([0, 2])
  expect(await counted(again)).toMatchObject({ threads: 2, hits: 0, misses: 0 })
})

it('answers the second look from memory, and says what was done since', async () => {
  await using house = await openHouse()
  const ann = await house.guest()
  const id = await ann.thread()
  await ann.keep(id, 'secret')
  const texts = async () => (await ann.messages(id)).map(({ text }) => text)
  const before = (await counted(house)).hits ?? 0
  expect([await texts(), await texts()]).toEqual([['secret'], ['secret']])
  expect((await counted(house)).hits).toBe(before + 1)
  const [message] = await ann.messages(id)
  await ann.del(`/v1/threads/${id}/messages/${String(message?.['id'])}`)
  expect(await texts()).toEqual([''])
  await ann.del(`/v1/threads/${id}`)
  expect((await ann.get(`/v1/threads/${id}/messages`)).status).toBe(410)
})

it('shows the answer to whoever looked while it was not there yet', async () => {
  await using house = await openHouse()
  const ann = await house.guest()
  const id = await ann.thread()
  const asked = ann.ask(id, 'Why?')
  while ((await ann.messages(id)).length < 2) await pause(1)
  await asked
  for (const _ of [1, 2])
    expect((await ann.messages(id)).at(-1)).toMatchObject({ status: 'complete', text: usualAnswer })
})

async function counted(house: House) {
  const metrics = await house.fetch(new Request('http://house/metrics'), local)
  const text = await metrics.text()
  const [threads, hits, misses, bytes] = ['threads', 'hits', 'misses', 'bytes'].map((name) =>
    Number(new RegExp(`^threadkeep_cache_${name} (\\d+)$`, 'm').exec(text)?.[1]),
  )
  return { threads, hits, misses, bytes }
}
const local = { incoming: { socket: { remoteAddress: '127.0.0.1' } } }

function folder(): Disposable & { data: string } {
  const outer = mkdtempSync(join(tmpdir(), 'threadkeep-recent-'))
  return {
    data: join(outer, 'data'),
    [Symbol.dispose]: () => rmSync(outer, { recursive: true, force: true }),
  }
}
