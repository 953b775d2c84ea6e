// What writing a run down while it speaks costs for each token, against a house that keeps nothing of a run before its end.

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { assert } from '../src/core/assert.ts'
import { median, ratios, takeTurns } from './rounds.ts'
import type { Row } from './row.ts'
import { guestWorld, Served } from './served.ts'
import { allHeard, talkOn } from './tokens.ts'

const streams = 200
/** Beyond a checkpoint: what is still to be written of what was said belongs to it. */
const writtenMs = 1_200

type Told = { micros: number[]; bytes: number[] }

export const journal: Row = async ({ folder, rounds, quick }) => {
  const world = await guestWorld(folder)
  const copy = join(folder, 'unwritten')
  cpSync(world.ours, copy, { recursive: true })
  using ours = await Served.open({ way: 'ours', folder: world.ours })
  using unwritten = await Served.open({ way: 'unwritten', folder: copy })
  const talkMs = quick ? 1_000 : 2_000
  const way = async (served: Served, told: Told) => {
    const heard = await talkOn(served, world.callers.slice(0, streams))
    return async () => {
      const before = await served.tell('start')
      await pause(talkMs)
      const { tokens } = await served.tell('stop')
      await allHeard(heard, tokens)
      await pause(writtenMs)
      const after = await served.tell('gauge')
      const said = after.tokens - before.tokens
      assert(said > 0 && heard.tokens === after.tokens, 'tokens were said, and every one arrived')
      told.bytes.push((after.writtenBytes - before.writtenBytes) / said)
      const micros = (after.cpuMicros - before.cpuMicros) / said
      told.micros.push(micros)
      return micros
    }
  }
  const [kept, none]: [Told, Told] = [
    { micros: [], bytes: [] },
    { micros: [], bytes: [] },
  ]
  const ways = [await way(ours, kept), await way(unwritten, none)]
  const [oursMicros = [], noneMicros = []] = await takeTurns(ways, rounds)
  const inWords = ({ micros, bytes }: Told) =>
    `${median(micros.slice(1)).toFixed(1)} µs CPU, ${median(bytes.slice(1)).toFixed(0)} bytes to the disk`
  return [
    {
      what: `a token of ${streams} answers, written down on the way, against at the end alone`,
      ours: inWords(kept),
      raw: inWords(none),
      judged: ratios(oursMicros, noneMicros),
      unit: 'x',
      better: 'less',
    },
  ]
}
