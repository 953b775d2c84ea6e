// A disk that fails at its Nth flush or write: what was acknowledged is there, and a handle whose flush failed is never flushed again.
// Whoever takes such a fault for an answer has to lose.
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomFrom } from '../random.ts'
import { Home } from './home.ts'
import { lookOver, nothingYet, type KillFigures } from './kill.ts'
import { needTools } from './needs.ts'
import { type Turn, turnNamed } from './turn.ts'

export type FaultyFigures = KillFigures & {
  /** Calls that were made to fail, and in how many rounds there was one. */
  failed: number
  struck: number
  /** Flushes of a handle after one of it had failed. */
  flushedAgain: number
  /** Processes that were answered in the end that the disk fails, as often as they sent the same again. */
  gaveUp: number
  /** Processes that ended in words before they had a store. */
  refused: number
}

export type FaultyAsked = { rounds: number; seed: number; call: 'fsync' | 'pwrite64'; control?: boolean }

const turnsEach = 12
/** So many each thread makes at least in twelve turns; a fault that comes later would never come. */
const [flushesOfALife, writesOfALife] = [12, 600]
const millisMax = 60_000

/** Round n fails the nth flush of each thread, or any of its writes, in a store that is new or was there before; every fourth time all calls after it too. */
export async function faultyDisk(asked: FaultyAsked): Promise<FaultyFigures> {
  const { rounds, seed, call, control = false } = asked
  needTools('A disk that fails', 'strace')
  console.log(`seed ${seed}: ${rounds} disks that fail at a ${call}${control ? ', of the control' : ''}`)
  const random = randomFrom(seed)
  const figures: FaultyFigures = {
    ...nothingYet(),
    failed: 0,
    struck: 0,
    flushedAgain: 0,
    gaveUp: 0,
    refused: 0,
  }
  for (let round = 1; round <= rounds; round++) {
    using home = new Home()
    const isFounded = control || random.chance(0.7)
    if (isFounded) await (await home.open())[Symbol.asyncDispose]()
    const nth = call === 'fsync' ? 1 + ((round - 1) % flushesOfALife) : 1 + random.int(writesOfALife)
    const when = !control && round % 4 === 0 ? `${nth}+` : String(nth)
    const { heard, status, said } = underFaults(home, call, when, control)
    if (status === 3) figures.gaveUp++
    else if (status !== 0 && heard.length === 0 && isInWords(said)) figures.refused++
    else if (status !== 0) figures.faults.push(`${when}: it ended with ${status}: ${said.slice(0, 300)}`)
    if (status === 3 && !/same ids/.test(said)) figures.faults.push(`it does not say what to do: ${said}`)
    const { failed, flushedAgain } = callsIn(home.aside)
    figures.failed += failed
    if (failed > 0) figures.struck++
    // A store that could not be made or opened was let go with its process, whatever SQLite tried on the way.
    if (status === 0 || status === 3) figures.flushedAgain += flushedAgain
    await lookOver(home, 0, heard, control, [], figures)
  }
  if (figures.acked === 0) figures.faults.push('nothing at all was acknowledged, so nothing was tried')
  return figures
}

/** Node ends a program for an error that nobody caught with its name and its hint. */
const isInWords = (said: string): boolean => /^ThreadkeepError: /m.test(said) && /hint: /.test(said)

function underFaults(
  home: Home,
  call: string,
  when: string,
  control: boolean,
): { heard: Turn[]; status: number | null; said: string } {
  const acks = openSync(`${home.aside}-acks`, 'w')
  const traced = ['-f', '--seccomp-bpf', '-y', '-qq', '-e', 'signal=none', '-o', home.aside]
  const faults = ['-e', `trace=fsync,fdatasync,pwrite64,close`, '-e', `inject=${call}:error=EIO:when=${when}`]
  const program = [process.execPath, join(import.meta.dirname, 'stubborn-load.ts')]
  const asked = [home.file, String(turnsEach), control ? 'control-unheeding' : 'honest']
  const { status, stderr } = spawnSync('strace', [...traced, ...faults, ...program, ...asked], {
    stdio: ['ignore', acks, 'pipe'],
    encoding: 'utf8',
    timeout: millisMax,
  })
  closeSync(acks)
  const heard = readFileSync(`${home.aside}-acks`, 'utf8').split('\n').slice(0, -1).map(turnNamed)
  return { heard, status, said: stderr }
}

/** Calls of one thread may stand on two lines, when another thread called meanwhile; only the second says how it ended. */
function callsIn(trace: string): { failed: number; flushedAgain: number } {
  const calls = { failed: 0, struck: 0, flushedAgain: 0 }
  const [failedHandles, open] = [new Set<string>(), new Map<string, string>()]
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    const [, thread = '', begun, resumed] = /^(\d+) +(?:(\w+\(\d+)|<\.\.\. (\w+) resumed>)/.exec(line) ?? []
    if (begun !== undefined) open.set(thread, begun)
    const [name, handle = ''] = (open.get(thread) ?? '').split('(')
    if (begun !== undefined && /sync/.test(begun) && failedHandles.has(handle)) calls.flushedAgain++
    if (begun !== undefined && name === 'close') failedHandles.delete(handle)
    if (!/\(INJECTED\)/.test(line) || (begun === undefined && resumed !== name)) continue
    calls.failed++
    if (name !== undefined && /sync/.test(name)) failedHandles.add(handle)
  }
  return calls
}
