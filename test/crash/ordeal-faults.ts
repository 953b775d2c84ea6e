// The lines of the ordeal for what is done to the disk, the lines, the database and the clock below a house.
import { clockJumps } from './clock.ts'
import { clockOfNodes } from './clock-of-nodes.ts'
import { archivedUnderWriters, type BackupFigures, dumpedUnderWriters } from './database-backup.ts'
import { databaseKills } from './database-kill.ts'
import { faultyDisk, type FaultyFigures } from './faulty-disk.ts'
import { type FullFigures, fullDisk } from './full-disk.ts'
import { noLoss } from './kill.ts'
import { type LostAnswerFigures, lostAnswersOfDatabase, lostAnswersOfHouse } from './lost-answers.ts'
import { type Line, ofControl, ofDoubling, ofKills, tellFaults } from './ordeal-line.ts'
import { pageLimit } from './page-limit.ts'
import { pausedOwner } from './paused-owner.ts'
import { powerCuts, type SpoolCutFigures, spoolCuts } from './power-cut.ts'
import { type RestartFigures, restarts } from './restart.ts'

type Asked<Name extends string> = Record<Name, number>

export async function powerLines(
  asked: Asked<'powerCuts' | 'spoolCuts' | 'powerControls'>,
  seed: number,
): Promise<Line[]> {
  const rounds = asked.powerControls
  return [
    ofKills('power cut', await powerCuts({ rounds: asked.powerCuts, seed }), 'cuts'),
    ofControl('  its control: nothing flushed', await powerCuts({ rounds, seed, control: true })),
    ofSpoolCuts('power cut under the spool', await spoolCuts({ rounds: asked.spoolCuts, seed })),
    ofControl('  its control: nothing flushed', await spoolCuts({ rounds, seed, control: true })),
  ]
}

function ofSpoolCuts(what: string, { rounds, acked, lost, twice }: SpoolCutFigures): Line {
  return { what, acked, lost, good: lost + twice === 0, besides: `${rounds} cuts, ${twice} twice` }
}

export async function faultyLines(
  asked: Asked<'faultyFlushes' | 'faultyWrites' | 'faultyControls'>,
  seed: number,
): Promise<Line[]> {
  const [rounds, control] = [asked.faultyControls, true]
  return [
    ofFaulty('EIO at the nth flush', await faultyDisk({ rounds: asked.faultyFlushes, seed, call: 'fsync' })),
    ofFaulty(
      'EIO at the nth write',
      await faultyDisk({ rounds: asked.faultyWrites, seed, call: 'pwrite64' }),
    ),
    ofControl('  its control: faults unheeded', await faultyDisk({ rounds, seed, call: 'fsync', control })),
  ]
}

export async function fullLines(seed: number): Promise<Line[]> {
  const control = true
  return [
    ofFull('disk filled by what people say', await fullDisk({ by: 'what people say', seed })),
    ofFull('disk filled by a stranger', await fullDisk({ by: 'a stranger', seed })),
    ofControl('  its control: refusals unheeded', await fullDisk({ by: 'what people say', seed, control })),
  ]
}

function ofFaulty(what: string, figures: FaultyFigures): Line {
  const { rounds, acked, lost, failed, struck, flushedAgain, gaveUp, refused, faults } = figures
  tellFaults(faults)
  const besides =
    `${struck} of ${rounds} disks failed at ${failed} calls, ${flushedAgain} flushed again, ${figures.unackedPresent} kept unheard, ` +
    `${gaveUp} told to the end, ${refused} did not open, ${faults.length} faults`
  return { what, acked, lost, good: noLoss(figures) && flushedAgain === 0 && struck >= 0.8 * rounds, besides }
}

function ofFull(what: string, { acked, lost, refused, goesOnMs, faults }: FullFigures): Line {
  tellFaults(faults)
  const besides = `${refused} refused, ${faults.length} faults, kept again after ${Math.round(goesOnMs)} ms`
  return { what, acked, lost, good: lost + faults.length === 0 && refused > 0, besides }
}

export const fileLines = (seed: number): Line[] => [
  ofPageLimit('a file that may not grow', pageLimit(seed)),
  ofControl('  its control: refusals unheeded', pageLimit(seed, true)),
]

function ofPageLimit(
  what: string,
  { acked, lost, refused, keptLater, faults }: ReturnType<typeof pageLimit>,
): Line {
  tellFaults(faults)
  const besides = `${refused} refused, ${keptLater} of them kept later, ${faults.length} faults`
  return {
    what,
    acked,
    lost,
    good: lost + faults.length === 0 && refused > 0 && keptLater === refused,
    besides,
  }
}

export async function lineLines(
  { lostAnswers: messages, databaseKills: kills }: Asked<'lostAnswers' | 'databaseKills'>,
  seed: number,
): Promise<Line[]> {
  const few = { messages: 20, seed, control: true }
  const toHouse = await lostAnswersOfHouse(few)
  const toDatabase = await lostAnswersOfDatabase(few)
  return [
    ofLostAnswers('answers of the house lost', await lostAnswersOfHouse({ messages, seed })),
    ofDoubling('  its control: another id each time', toHouse.acked, toHouse.twice),
    ofLostAnswers('answers of PostgreSQL lost', await lostAnswersOfDatabase({ messages, seed })),
    ofDoubling('  its control: another id each time', toDatabase.acked, toDatabase.twice),
    await ofDatabaseKills('kill -9 of PostgreSQL', kills, seed),
    ofControl(
      '  its control: written when there is time',
      await databaseKills({ kills: 1, seed, control: true }),
    ),
  ]
}

function ofLostAnswers(what: string, figures: LostAnswerFigures): Line {
  const { acked, lost, twice, cuts, foundAgain, faults } = figures
  tellFaults(faults)
  const besides = `${cuts} answers cut off, ${foundAgain} found again, ${twice} twice, ${faults.length} faults`
  return { what, acked, lost, good: lost + twice + faults.length === 0 && foundAgain > 0, besides }
}

async function ofDatabaseKills(what: string, kills: number, seed: number): Promise<Line> {
  const { acked, lost, twice, foundAgain, goesOnMsMax } = await databaseKills({ kills, seed })
  const besides =
    `${kills} kills, ${twice} twice, ${foundAgain} found again, ` +
    `first write <= ${Math.round(goesOnMsMax)} ms after the server was back`
  return { what, acked, lost, good: lost + twice === 0, besides }
}

export async function backupLines(): Promise<Line[]> {
  const { dump, blind } = await dumpedUnderWriters()
  const { toEnd, toMoment } = await archivedUnderWriters()
  const { acked, lost, refused, counted } = blind
  const unwarned = refused ? 'refused unless told not to' : 'NOT REFUSED'
  return [
    ofBackup('PostgreSQL: a dump, elsewhere', dump),
    {
      what: '  its control: by who sees nobody',
      acked,
      lost,
      good: lost > 0 && refused,
      besides: `${unwarned}; the doctor counts ${counted}, and it has to count none`,
    },
    ofBackup('PostgreSQL: lost, to the end of its archive', toEnd),
    ofBackup('PostgreSQL: lost, to a moment', toMoment),
  ]
}

/** What came after has to be missing in part, or it was no backup that was looked at. */
function ofBackup(what: string, figures: BackupFigures): Line {
  const { acked, lost, after, outOfOrder, tooNew, wrongChains, faults } = figures
  tellFaults(faults)
  const besides =
    `16 writers, ${outOfOrder} out of order, ${tooNew} from later, ${wrongChains} wrong chains, ` +
    `${faults.length} faults, ${after} from after it are not in it`
  const good = lost + outOfOrder + tooNew + wrongChains + faults.length === 0 && after > 0
  return { what, acked, lost, good, besides }
}

export async function timeLines(
  {
    pausedRuns: runs,
    clockTurns: turns,
    restarts: kills,
    megabytes,
  }: Asked<'pausedRuns' | 'clockTurns' | 'restarts' | 'megabytes'>,
  seed: number,
): Promise<Line[]> {
  const paused = await pausedOwner({ seed, runs })
  const within = await pausedOwner({ seed, runs, control: true })
  const clock = await clockJumps({ seed, turns })
  const nodes = await clockOfNodes({ seed, runs })
  tellFaults(clock.faults)
  return [
    {
      what: 'an owner stands still beyond its lease',
      acked: runs,
      lost: paused.lost,
      good: paused.lost + paused.rowsChanged === 0 && paused.interrupted === runs,
      besides: `${paused.interrupted} runs ended by the other, ${paused.rowsChanged} rows changed by the former owner`,
    },
    {
      what: '  its control: within its lease',
      acked: runs,
      lost: 0,
      good: within.rowsChanged > 0 && within.interrupted === 0,
      besides: `${within.rowsChanged} rows changed, and it has to change some`,
    },
    {
      what: 'a clock that jumps by an hour',
      acked: clock.acked,
      lost: clock.lost,
      good: clock.lost + clock.outOfOrder + clock.faults.length === 0,
      besides: `${clock.jumps} jumps, ${clock.outOfOrder} out of order, ${clock.faults.length} faults`,
    },
    {
      what: '  its control: in the order of times',
      acked: clock.acked,
      lost: 0,
      good: clock.outOfOrderByTime > 0,
      besides: `${clock.outOfOrderByTime} out of order, and some have to be`,
    },
    {
      what: 'the same under two nodes with leases',
      acked: nodes.runs,
      lost: 0,
      good: nodes.complete === nodes.runs,
      besides: `${nodes.jumps} jumps, ${nodes.complete} answers complete`,
    },
    ofRestarts(`kill -9 with ${megabytes} MB`, await restarts({ megabytes, kills, seed })),
  ]
}

/** Its control is the empty store beside it: a restart that reads what is kept would take longer with every message. */
function ofRestarts(what: string, figures: RestartFigures): Line {
  const { kills, acked, lost, faults, readyMs, readyMsWhenEmpty } = figures
  tellFaults(faults)
  const [median, empty] = [medianOf(readyMs), medianOf(readyMsWhenEmpty)]
  const besides =
    `${kills} kills, ready after ${Math.round(median)} ms (at most ${Math.round(Math.max(...readyMs))}), ` +
    `as good as empty ${Math.round(empty)} ms, ${faults.length} faults`
  return { what, acked, lost, good: lost + faults.length === 0 && median < 2 * empty + 500, besides }
}

const medianOf = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
