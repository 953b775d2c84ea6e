// Cuts the power of the disk under a loaded process, again and again: what was acknowledged has to be there when the disk is back.
// A store or a spool that flushes nothing has to lose by the same cuts.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { Spool } from '../../src/store/spool/spool.ts'
import { randomFrom } from '../random.ts'
import { idsIn } from '../store/spool-folder.ts'
import { Disk } from './disk.ts'
import { Home } from './home.ts'
import { type KillFigures, lookOver, nothingYet } from './kill.ts'
import { questionId, type Turn } from './turn.ts'
import { Victim } from './victim.ts'

export type CutsAsked = { rounds: number; seed: number; control?: boolean }

/** Lives on one disk, one after the other; then a new one. */
const livesPerDisk = 5

export async function powerCuts(asked: CutsAsked): Promise<KillFigures> {
  const figures = nothingYet()
  await onDisks(asked, 'load.ts', async (home, life, heard, acked) => {
    const { control = false } = asked
    await lookOver(home, life, heard, control, acked, figures).catch((fault: unknown) => {
      // That it is refused is right; what was in it is lost all the same.
      if (!(fault instanceof ThreadkeepError && fault.code === 'store_refused')) throw fault
      figures.rounds++
      figures.acked += heard.length
      figures.lost += acked.length
      figures.faults.push(fault.message)
    })
  })
  return figures
}

export type SpoolCutFigures = { rounds: number; acked: number; lost: number; twice: number }

export async function spoolCuts(asked: CutsAsked): Promise<SpoolCutFigures> {
  const figures = { rounds: 0, acked: 0, lost: 0, twice: 0 }
  await onDisks(asked, 'spool-load.ts', async (home, _, heard, acked) => {
    acked.push(...heard)
    await using spool = await Spool.open({ folder: home.folder })
    const ids = await idsIn(spool)
    const there = new Set(ids)
    figures.rounds++
    figures.acked += heard.length
    figures.lost += acked.filter((turn) => !there.has(questionId(turn))).length
    figures.twice += ids.length - there.size
  })
  return figures
}

type LookAfter = (home: Home, life: number, heard: Turn[], acked: Turn[]) => Promise<void>

async function onDisks(
  { rounds, seed, control = false }: CutsAsked,
  program: string,
  look: LookAfter,
): Promise<void> {
  const random = randomFrom(seed)
  console.log(`seed ${seed}: ${rounds} power cuts under ${program}${control ? ', of the control' : ''}`)
  for (let round = 0; round < rounds;) {
    using disk = new Disk()
    using home = new Home(disk.folder)
    const acked: Turn[] = []
    // A control that has lost its store has nothing to go on with.
    const lives = control ? 1 : Math.min(livesPerDisk, rounds - round)
    for (let life = 0; life < lives; life++, round++) {
      const heard = await oneLife(disk, home, life, program, control, 50 + random.int(control ? 300 : 900))
      await look(home, life, heard, acked)
    }
  }
}

async function oneLife(
  disk: Disk,
  home: Home,
  life: number,
  program: string,
  control: boolean,
  ms: number,
): Promise<Turn[]> {
  await using victim = new Victim(home, life, control ? 'control-unflushed' : 'honest', program)
  await victim.firstAck()
  // The control too has its beginning on the disk: what it loses is what it said afterwards.
  if (control) disk.flush()
  await wait(ms)
  await victim.standStill()
  disk.cutPower()
  const heard = await victim.kill()
  disk.powerUp()
  if (!existsSync(join(disk.folder, 'lost+found'))) throw new Error('The disk did not come back.')
  return heard
}
