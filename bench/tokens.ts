// What a token costs the server while many answers are streamed at fifty tokens a second, against one bare write a token.

import { setTimeout as pause } from 'node:timers/promises'
import { assert } from '../src/core/assert.ts'
import { median, ratios, takeTurns } from './rounds.ts'
import type { Asked, Row } from './row.ts'
import { type Caller, guestWorld, type GuestWorld, Served } from './served.ts'
import { mark, type Wish } from './speaking.ts'
import { count, type Line } from './table.ts'
import { newId } from './world.ts'

export const tokens: Row = async (asked) => {
  const world = await guestWorld(asked.folder)
  const lines = [await streamed(world, 200, asked)]
  if (asked.full) lines.push(await streamed(world, 1_000, asked))
  return lines
}

async function streamed(world: GuestWorld, streams: number, { rounds, quick }: Asked): Promise<Line> {
  using ours = await Served.open({ way: 'ours', folder: world.ours })
  using raw = await Served.open({ way: 'raw', folder: world.raw })
  const talkMs = quick ? 800 : 1_600
  const rates: Record<'ours' | 'raw', number[]> = { ours: [], raw: [] }
  const way = async (name: 'ours' | 'raw', served: Served) => {
    const heard = await talkOn(served, world.callers.slice(0, streams))
    return async () => {
      const [before, heardBefore] = [await served.tell('start'), heard.tokens]
      await pause(talkMs)
      const { tokens } = await served.tell('stop')
      await allHeard(heard, tokens)
      const after = await served.tell('gauge')
      const said = after.tokens - before.tokens
      assert(heard.tokens - heardBefore === said, 'every token arrived')
      rates[name].push((said / talkMs) * 1000)
      return (after.cpuMicros - before.cpuMicros) / said
    }
  }
  const ways = [await way('ours', ours), await way('raw', raw)]
  const [oursMicros = [], rawMicros = []] = await takeTurns(ways, Math.min(rounds, 5))
  const told = (micros: readonly number[], rates: readonly number[]) =>
    `${median(micros).toFixed(1)} µs, ${count(median(rates))} tokens/s`
  return {
    what: `a streamed token, ${streams} answers, server CPU`,
    ours: told(oursMicros, rates.ours.slice(1)),
    raw: told(rawMicros, rates.raw.slice(1)),
    judged: ratios(oursMicros, rawMicros),
    unit: 'x',
    better: 'less',
    bounds: { floor: 1.1, aim: 0.5 },
  }
}

export type Heard = { tokens: number }

/** So many answers that are being streamed, and how many tokens of them have arrived. */
export async function talkOn(served: Served, callers: readonly Caller[]): Promise<Heard> {
  const heard = { tokens: 0 }
  const code = mark.charCodeAt(0)
  for (const caller of callers) {
    const body = JSON.stringify({ id: newId(), text: 'talk on' satisfies Wish })
    const answer = await served.post(caller, body, 'text/event-stream')
    answer.on('data', (chunk: Buffer) => {
      for (let at = chunk.indexOf(code); at >= 0; at = chunk.indexOf(code, at + 1)) heard.tokens++
    })
    answer.on('error', () => {})
  }
  await pause(200)
  return heard
}

export async function allHeard(heard: Heard, tokens: number): Promise<void> {
  for (let waited = 0; heard.tokens < tokens && waited < 5_000; waited += 20) await pause(20)
}
