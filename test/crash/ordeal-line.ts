// One line of the ordeal's table, and how most of them come to be.
import { type KillFigures, noLoss } from './kill.ts'
import { Lacking } from './needs.ts'

export type Line = { what: string; acked: number; lost: number; good: boolean; besides: string }

export function tellFaults(faults: readonly string[]): void {
  for (const fault of faults.slice(0, 20)) console.log(`fault: ${fault}`)
}

export function ofKills(what: string, figures: KillFigures, of = 'kills'): Line {
  const { rounds, acked, lost, halves, duplicates, unackedPresent, wrongAnswers, readyMsMax, faults } =
    figures
  tellFaults(faults)
  const besides =
    `${rounds} ${of}, ${halves} half, ${duplicates} twice, ${unackedPresent} kept unheard, ` +
    `${wrongAnswers} wrong answers to retries, ${faults.length} faults, ready in <= ${Math.round(readyMsMax)} ms`
  return { what, acked, lost, good: noLoss(figures), besides }
}

export function ofControl(what: string, { acked, lost }: { acked: number; lost: number }): Line {
  const share = ((100 * lost) / Math.max(acked, 1)).toFixed(1)
  return { what, acked, lost, good: lost > 0, besides: `${share} % lost, and it has to lose some` }
}

/** What loses nothing may have it twice all the same; its control has to. */
export function ofDoubling(what: string, acked: number, twice: number): Line {
  return { what, acked, lost: 0, good: twice > 0, besides: `${twice} twice, and it has to have some twice` }
}

/** What this machine cannot do is a bad line with the name of what is missing; the others are tried all the same. */
export async function orLacking(what: string, lines: Promise<Line[]>): Promise<Line[]> {
  try {
    return await lines
  } catch (fault) {
    if (!(fault instanceof Lacking)) throw fault
    return [{ what, acked: 0, lost: 0, good: false, besides: `not tried: ${fault.message}` }]
  }
}
