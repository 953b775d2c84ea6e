// Durable sends over HTTP by 64 clients who keep their connections: what each costs the server, against the bare one.

import { assert, must } from '../src/core/assert.ts'
import { median, ratios, takeTurns, timed } from './rounds.ts'
import type { Row } from './row.ts'
import { type Caller, drained, guestWorld, Served } from './served.ts'
import { micros, perSecond } from './table.ts'
import { inCrowd, newId, pairFor } from './world.ts'

type Sent = { caller: Caller; body: string }

export const send: Row = async ({ folder, rounds, quick }) => {
  const howMany = quick ? 1_000 : 2_000
  const world = await guestWorld(folder)
  using ours = await Served.open({ way: 'ours', folder: world.ours })
  using raw = await Served.open({ way: 'raw', folder: world.raw })
  let next = 0
  const sends = () =>
    Array.from({ length: howMany }, () =>
      sendFor(must(world.callers[next++ % world.callers.length], 'a caller')),
    )
  const rates: Record<'ours' | 'raw', number[]> = { ours: [], raw: [] }
  const way = (name: 'ours' | 'raw', served: Served) => async () => {
    const jobs = sends()
    const before = await served.tell('gauge')
    const ms = await timed(() => inCrowd(64, jobs, ({ caller, body }) => kept(served, caller, body)))
    const after = await served.tell('gauge')
    rates[name].push((howMany / ms) * 1000)
    return (after.cpuMicros - before.cpuMicros) / howMany / 1000
  }
  const [oursMs = [], rawMs = []] = await takeTurns([way('ours', ours), way('raw', raw)], rounds)
  return [
    {
      what: 'a durable send over HTTP, 64 clients, server CPU',
      ours: `${micros(oursMs)}, ${perSecond(rates.ours.slice(1), 'sends')}`,
      raw: `${micros(rawMs)}, ${perSecond(rates.raw.slice(1), 'sends')}`,
      judged: ratios(oursMs, rawMs),
      unit: 'x',
      better: 'less',
      bounds: { floor: 1.4, aim: 1.15 },
      note: `one send costs ${Math.round((median(oursMs) - median(rawMs)) * 1000)} µs more than bare`,
    },
  ]
}

function sendFor(caller: Caller): Sent {
  const { said } = pairFor({ user: '', threadId: caller.threadId })
  return { caller, body: JSON.stringify({ id: newId(), text: said, reply: false }) }
}

async function kept(served: Served, caller: Caller, body: string): Promise<void> {
  const answer = await served.post(caller, body, 'application/json')
  await drained(answer)
  assert(
    answer.statusCode === 201,
    `the bench's sends are kept, and this one was answered ${answer.statusCode}`,
  )
}
