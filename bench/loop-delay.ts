// How long the event loop is held up while 64 writers write, on this disk as it is and with a millisecond added to each flush.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { talkingWorld } from './append.ts'
import type { CrowdedLoop, CrowdedLoopAsked } from './crowded-loop.ts'
import { slowFlush } from './flush.ts'
import { median, ratios, takeTurns } from './rounds.ts'
import type { Asked, Row } from './row.ts'
import { type Line, perSecond } from './table.ts'

const bounds = { floor: 5, aim: 2.5 }

export const loopDelay: Row = async (asked) => {
  const { ours, rawFile } = await talkingWorld(asked.folder)
  const children = { ours, rawFile }
  const plain = await inChildren('loop delay p99, 64 writers', children, asked, process.env)
  const slow = slowFlush(join(asked.folder, 'shim'))
  if ('env' in slow)
    return [
      ...plain,
      ...(await inChildren('the same with 1 ms added to each flush', children, asked, slow.env)),
    ]
  const unmeasured: Line = {
    what: 'the same with 1 ms added to each flush',
    ours: '',
    raw: '',
    judged: [],
    unit: 'ms',
    better: 'less',
    bounds,
    note: slow.absent,
  }
  return [...plain, unmeasured]
}

async function inChildren(
  what: string,
  { ours, rawFile }: { ours: string; rawFile: string },
  { rounds, quick }: Asked,
  env: NodeJS.ProcessEnv,
): Promise<Line[]> {
  const told: Record<'ours' | 'raw', CrowdedLoop[]> = { ours: [], raw: [] }
  const howMany = quick ? 4_000 : 8_000
  const child = (way: 'ours' | 'raw') => async () => {
    const answer = await crowdedLoop({ way, ours, rawFile, howMany }, env)
    told[way].push(answer)
    return answer.delayP99Ms
  }
  const [oursMs = [], rawMs = []] = await takeTurns([child('ours'), child('raw')], Math.min(rounds, 5))
  const rates = (way: 'ours' | 'raw') => told[way].slice(1).map(({ pairsPerSecond }) => pairsPerSecond)
  const flushMs = median(told.ours.map((answer) => answer.flushMs))
  return [
    {
      what,
      ours: `p99 ${median(oursMs).toFixed(1)} ms`,
      raw: `p99 ${median(rawMs).toFixed(1)} ms`,
      judged: oursMs,
      unit: 'ms',
      better: 'less',
      bounds,
      note: `a flush of 4 KB takes ${flushMs.toFixed(2)} ms here; an idle loop measures ${median(told.ours.map(({ idleP99Ms }) => idleP99Ms)).toFixed(1)} ms`,
    },
    {
      what: '- its throughput',
      ours: perSecond(rates('ours'), 'pairs'),
      raw: perSecond(rates('raw'), 'pairs'),
      judged: ratios(rates('ours'), rates('raw')),
      unit: 'x',
      better: 'more',
    },
  ]
}

async function crowdedLoop(asked: CrowdedLoopAsked, env: NodeJS.ProcessEnv): Promise<CrowdedLoop> {
  const script = join(import.meta.dirname, 'crowded-loop.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(asked)], { env })
  return JSON.parse(stdout) as CrowdedLoop
}
