// The ordeal: kills, power cuts, failing and full disks, crowds and cut lines, each beside its control, as a table of figures; ends with 1
// if anything was lost, if a control lost nothing, or if this machine lacks what a fault is done with.
//
//   node test/crash/ordeal.ts short | long [seed]
import { failover, type FailoverFigures } from './failover.ts'
import { killRounds } from './kill.ts'
import { nodeKills, nodeStreamKills } from './node-kill.ts'
import { overlap, type OverlapFigures, overlapOnOneValue } from './overlap.ts'
import { type DisconnectFigures, disconnects } from './stream-disconnect.ts'
import { type StreamFigures, streamKills, streamsHeld } from './stream-kill.ts'
import { simulatorLines } from './ordeal-simulator.ts'
import { type Line, ofControl, ofKills, orLacking } from './ordeal-line.ts'
import {
  backupLines,
  faultyLines,
  fileLines,
  fullLines,
  lineLines,
  powerLines,
  timeLines,
} from './ordeal-faults.ts'

const sizes = {
  short: {
    kills: 30,
    controls: 12,
    births: 40,
    perWriter: 40,
    perWriterOfControl: 10,
    streamKills: 30,
    streamControls: 4,
    nodeKills: 15,
    nodeControls: 12,
    nodeStreamKills: 10,
    nodeStreamControls: 2,
    cuts: 500,
    powerCuts: 10,
    spoolCuts: 4,
    powerControls: 2,
    faultyFlushes: 12,
    faultyWrites: 8,
    faultyControls: 3,
    lostAnswers: 60,
    databaseKills: 3,
    pausedRuns: 6,
    clockTurns: 20,
    restarts: 3,
    megabytes: 100,
    simulatedSeeds: 200,
    mutantSeeds: 60,
  },
  long: {
    kills: 200,
    controls: 40,
    births: 200,
    perWriter: 200,
    perWriterOfControl: 20,
    streamKills: 100,
    streamControls: 12,
    nodeKills: 200,
    nodeControls: 20,
    nodeStreamKills: 100,
    nodeStreamControls: 8,
    cuts: 2_000,
    powerCuts: 100,
    spoolCuts: 50,
    powerControls: 5,
    faultyFlushes: 200,
    faultyWrites: 100,
    faultyControls: 10,
    lostAnswers: 500,
    databaseKills: 20,
    pausedRuns: 20,
    clockTurns: 100,
    restarts: 10,
    megabytes: 1_024,
    simulatedSeeds: 5_000,
    mutantSeeds: 200,
  },
}

const [size = 'short', given] = process.argv.slice(2)
if (size !== 'short' && size !== 'long')
  throw new Error(`The ordeal is short or long, and "${size}" is neither.`)
const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given)
const asked = sizes[size]
const began = performance.now()
console.log(`ordeal ${size}, seed ${seed}`)

const lines = [
  ofKills('kill -9 under 64 writers', await killRounds({ rounds: asked.kills, seed })),
  ofControl(
    '  its control: acknowledged too early',
    await killRounds({ rounds: asked.controls, seed, control: true }),
  ),
  ofKills(
    'kill -9 while the store is made',
    await killRounds({ rounds: asked.births, seed, fromBirth: true, livesPerFolder: 1 }),
  ),
  ofOverlap('64 writers in one thread', await overlap(seed, asked.perWriter)),
  ofControl('  its control: a thread as one value', await overlapOnOneValue(asked.perWriterOfControl)),
  ofStreams('kill -9 in mid-stream', await streamKills({ kills: asked.streamKills, seed })),
  ofStreamControl(
    '  its control: written at the end',
    await streamKills({ kills: asked.streamControls, seed, control: true }),
  ),
  ofKills('kill -9 of a node under 64 writers', await nodeKills({ rounds: asked.nodeKills, seed })),
  ofControl(
    '  its control: acknowledged too early',
    await nodeKills({ rounds: asked.nodeControls, seed, control: true }),
  ),
  ofStreams('kill -9 of a node in mid-stream', await nodeStreamKills({ kills: asked.nodeStreamKills, seed })),
  ofStreamControl(
    '  its control: written at the end',
    await nodeStreamKills({ kills: asked.nodeStreamControls, seed, control: true }),
  ),
  ofDisconnects('readers cut off at random bytes', await disconnects(asked.cuts, seed)),
  ofFailover('PostgreSQL: the primary dies, waited for', await failover({ synchronous: true })),
  ofUnwaited('  its control: not waited for', await failover({ synchronous: false })),
  ...(await orLacking('power cuts', powerLines(asked, seed))),
  ...(await orLacking('failing disks', faultyLines(asked, seed))),
  ...(await orLacking('full disks', fullLines(seed))),
  ...fileLines(seed),
  ...(await lineLines(asked, seed)),
  ...(await orLacking('backups of PostgreSQL', backupLines())),
  ...(await timeLines(asked, seed)),
  ...(await simulatorLines(asked, seed)),
]

print(lines)
process.exitCode = lines.every(({ good }) => good) ? 0 : 1

function ofOverlap(what: string, figures: OverlapFigures): Line {
  const { acked, lost, equalSeqs, forks, unreachable, faults } = figures
  for (const fault of faults.slice(0, 20)) console.log(`fault: ${fault}`)
  const besides = `${equalSeqs} equal seqs, ${unreachable} out of reach, ${forks} forks, ${faults.length} faults`
  return { what, acked, lost, good: lost + equalSeqs + unreachable + faults.length === 0, besides }
}

/** Lost is a message that is not there, and an answer that misses more than its last second or 2 KiB. */
function ofStreams(what: string, figures: StreamFigures): Line {
  const { kills, acked, lost, beyondAllowance, interrupted, complete, open, faults } = figures
  for (const fault of faults.slice(0, 20)) console.log(`fault: ${fault}`)
  const besides =
    `${kills} kills, ${interrupted} interrupted, ${complete} complete, ${open} open after <= ${Math.round(figures.endedMsMax)} ms, ${figures.rewound} rewound, ` +
    `of ${figures.heardBytes} bytes heard ${figures.missingBytes} missing, at most ${figures.missingBytesMax} and ${Math.round(figures.missingMsMax)} ms of one answer, ` +
    `${faults.length} faults, ready in <= ${Math.round(figures.readyMsMax)} ms`
  return { what, acked, lost: lost + beyondAllowance, good: streamsHeld(figures), besides }
}

function ofStreamControl(what: string, { acked, beyondAllowance }: StreamFigures): Line {
  return ofControl(what, { acked, lost: beyondAllowance })
}

function ofDisconnects(what: string, { cuts, midway, whole, faults }: DisconnectFigures): Line {
  for (const fault of faults.slice(0, 20)) console.log(`fault: ${fault}`)
  const besides = `${midway} cut midway, ${whole} answers whole`
  return { what, acked: cuts, lost: cuts - whole, good: whole === cuts && midway > 0, besides }
}

/** Only what was acknowledged as replicated has been promised to outlive the machine. */
function ofFailover(what: string, figures: FailoverFigures): Line {
  const { acked, replicated, lost, lostReplicated, equalSeqs, wrongChains, secondsToFirstWrite, faults } =
    figures
  for (const fault of faults.slice(0, 20)) console.log(`fault: ${fault}`)
  const besides =
    `${replicated} replicated, ${lostReplicated} of them lost, ${equalSeqs} equal seqs, ${wrongChains} wrong chains, ` +
    `${faults.length} faults, first write after ${secondsToFirstWrite.toFixed(2)} s`
  const good = lost + lostReplicated + equalSeqs + wrongChains + faults.length === 0 && replicated > 0
  return { what, acked, lost, good, besides }
}

function ofUnwaited(what: string, figures: FailoverFigures): Line {
  const { acked, lost, replicated, equalSeqs, wrongChains } = figures
  const good = lost > 0 && replicated === 0 && equalSeqs + wrongChains === 0
  return { what, acked, lost, good, besides: 'on disk alone, and said so: it has to lose some' }
}

function print(lines: Line[]): void {
  console.log(`\n${'what'.padEnd(40)} ${'acked'.padStart(9)} ${'lost'.padStart(6)}`)
  for (const { what, acked, lost, good, besides } of lines)
    console.log(
      `${what.padEnd(40)} ${String(acked).padStart(9)} ${String(lost).padStart(6)}  ${good ? 'good' : 'BAD '}  ${besides}`,
    )
  console.log(
    `\n${((performance.now() - began) / 1000).toFixed(1)} s; again with: node test/crash/ordeal.ts ${size} ${seed}`,
  )
}
