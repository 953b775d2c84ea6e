// The lines of the ordeal for a whole house in one thread, by the chance of a seed, and for the faults that its simulator has to catch.
import { type Line, tellFaults } from './ordeal-line.ts'
import { mutants, simulateMutant } from './simulator/mutants.ts'
import { type SimulationFigures, simulations } from './simulator/simulations.ts'

type Asked = { simulatedSeeds: number; mutantSeeds: number }

export async function simulatorLines({ simulatedSeeds, mutantSeeds }: Asked, seed: number): Promise<Line[]> {
  const lines = [ofSimulations(await simulations({ seeds: simulatedSeeds, from: seed }), simulatedSeeds)]
  for (const name of Object.keys(mutants))
    lines.push(ofMutant(`  its control: ${name}`, await simulateMutant(name, mutantSeeds, seed)))
  return lines
}

/** Lost is a seed in which anything was wrong. */
function ofSimulations(
  { seeds, steps, acked, crashes, wrong, ms, told }: SimulationFigures,
  asked: number,
): Line {
  tellFaults(told === '' ? [] : told.split('\n'))
  const besides = `${seeds} seeds, ${steps} steps, ${crashes} crashes, ${wrong} seeds wrong, ${Math.round(seeds / (ms / 1_000))} seeds a second`
  return {
    what: 'a simulated house',
    acked,
    lost: wrong,
    good: wrong === 0 && seeds === asked && crashes > 0,
    besides,
  }
}

const ofMutant = (what: string, { acked, seeds, wrong }: SimulationFigures): Line => ({
  what,
  acked,
  lost: wrong,
  good: wrong > 0,
  besides: `caught by ${wrong} of ${seeds} seeds, and it has to be caught`,
})
