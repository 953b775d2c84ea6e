// From the instant in which a model says its first word to the one in which the client's first byte of it arrives.

import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { must } from '../src/core/assert.ts'
import { median, takeTurns } from './rounds.ts'
import type { Row } from './row.ts'
import { type Caller, guestWorld, Served } from './served.ts'
import { mark, type Wish } from './speaking.ts'
import type { Line } from './table.ts'
import { talkOn } from './tokens.ts'
import { newId } from './world.ts'

const others = 20
/** Questions come at random, so that none keeps step with a clock of the server. */
const apartMs = 40

export const firstToken: Row = async ({ folder, rounds, quick }) => {
  const howMany = quick ? 4 : 6
  const world = await guestWorld(folder)
  using ours = await Served.open({ way: 'ours', folder: world.ours })
  using raw = await Served.open({ way: 'raw', folder: world.raw })
  const [talking, quiet] = [world.callers.slice(0, others), world.callers.slice(others)]
  let next = 0
  const way = (served: Served) => async () => {
    const ms: number[] = []
    for (let i = 0; i < howMany; i++) {
      await pause(Math.random() * apartMs)
      ms.push(await firstMs(served, must(quiet[next++ % quiet.length], 'a caller')))
    }
    return median(ms)
  }
  const alone = await takeTurns([way(ours), way(raw)], Math.min(rounds, 4))
  await Promise.all([talkOn(ours, talking), talkOn(raw, talking)])
  const amid = (served: Served) => async () => {
    await served.tell('start')
    const ms = await way(served)()
    await served.tell('stop')
    return ms
  }
  const among = await takeTurns([amid(ours), amid(raw)], Math.min(rounds, 4))
  return [
    lineOf("from a model's first word to its first byte at the client", alone),
    lineOf(`the same while ${others} other answers are streamed`, among),
  ]
}

function lineOf(what: string, [ours = [], raw = []]: number[][]): Line {
  return {
    what,
    ours: `${median(ours).toFixed(2)} ms`,
    raw: `${median(raw).toFixed(2)} ms`,
    judged: ours,
    unit: 'ms',
    better: 'less',
    bounds: { floor: 5 },
  }
}

async function firstMs(served: Served, caller: Caller): Promise<number> {
  const body = JSON.stringify({ id: newId(), text: 'tell the time' satisfies Wish })
  const answer = await served.post(caller, body, 'text/event-stream')
  return firstWordMs(answer)
}

/** The word is the time at which it was said. The stream is then read to its end, so that one answer does not disturb the next. */
async function firstWordMs(answer: IncomingMessage): Promise<number> {
  let heard: number | null = null
  for await (const chunk of answer) {
    const now = process.hrtime.bigint()
    const said = new RegExp(`(\\d{6,})${mark}`).exec(String(chunk))?.[1]
    if (said !== undefined) heard ??= Number(now - BigInt(said)) / 1e6
  }
  return must(heard, 'the model told the time')
}
