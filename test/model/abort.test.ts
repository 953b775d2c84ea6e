// Who stops an answer has stopped it at the provider too, and at once; and an answer without end does not fill the house.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type FakeProvider, openFakeProvider } from '../fake-provider/fake-provider.ts'
import { asked, hear, outcome, protocolNames, voice } from './voices.ts'

const closedMsMax = 200

describe.each(protocolNames)('%s', (name) => {
  it.each([
    ['before the headers', { kind: 'hang' }],
    ['before the first word', { kind: 'stall', after: 0 }],
    ['in mid-answer', { kind: 'slow', everyMs: 40 }],
    ['in a silence', { kind: 'stall', after: 4 }],
  ] as const)('closes its connection when it is stopped %s', async (_, fault) => {
    await using fake = await openFakeProvider(fault)
    const stop = new AbortController()
    const heard = hear(voice(name, fake), asked('Say hello.', stop.signal))
    await until(() => fake.requests === 1)
    await sleep(60)
    expect(fake.openSockets).toBe(1)
    const stoppedAt = performance.now()
    stop.abort(new Error('Stopped by the one who asked.'))
    expect((await heard).error).toBe(stop.signal.reason)
    await closed(fake, stoppedAt)
  })

  it('does not call at all when it was stopped before', async () => {
    await using fake = await openFakeProvider()
    const reason = new Error('Too late.')
    expect((await hear(voice(name, fake), asked('Hello.', AbortSignal.abort(reason)))).error).toBe(reason)
    expect(fake.requests).toBe(0)
  })

  it('closes its connection when nobody listens any more', async () => {
    await using fake = await openFakeProvider({ kind: 'slow', everyMs: 40 })
    for await (const event of voice(name, fake).stream(asked())) if (event.type === 'text') break
    expect(fake.requests).toBe(1)
    await closed(fake, performance.now())
  })

  it('reads no further than a message can hold', async () => {
    await using fake = await openFakeProvider({ kind: 'flood', bytes: 100_000_000 })
    const before = memory()
    let most = before
    const watch = setInterval(() => (most = Math.max(most, memory())), 2)
    const { text, end, error } = await hear(voice(name, fake))
    clearInterval(watch)
    expect({ error, end }).toMatchObject({ error: null, end: { finish: 'length' } })
    expect(Buffer.byteLength(text)).toBeGreaterThan(1_000_000)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024)
    await closed(fake, performance.now())
    console.log(
      `${name}: ${text.length} characters of ${fake.bytesSent} bytes, ${(most - before) / 1e6} MB at most`,
    )
    expect(fake.bytesSent).toBeLessThan(8_000_000)
    expect(most - before).toBeLessThan(100_000_000)
  })

  it('gathers no event that is larger than any answer', async () => {
    await using fake = await openFakeProvider({ kind: 'one-line', bytes: 100_000_000 })
    expect(outcome(await hear(voice(name, fake)))).toBe('bad_answer')
    await closed(fake, performance.now())
    expect(fake.bytesSent).toBeLessThan(20_000_000)
  })
})

/** Of this thread alone; what waits to be collected is in it too. */
function memory(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function closed(fake: FakeProvider, since: number): Promise<void> {
  await until(() => fake.openSockets === 0)
  expect(performance.now() - since).toBeLessThan(closedMsMax)
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; !holds(); i++) {
    if (i > 1_000) throw new Error('It did not come to pass in 2 s.')
    await sleep(2)
  }
}
