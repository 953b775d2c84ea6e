// Many seeds, spread over processes of their own: a simulation stands in for the clock of its process.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export type SimulationFigures = {
  seeds: number
  steps: number
  acked: number
  crashes: number
  wrong: number
  /** Of the last seed: what it did, step by step. */
  hash: string
  ms: number
  /** Of those that were wrong, their last steps and how to see them again. */
  told: string
}
export type SimulationAsked = { seeds: number; from: number; script?: string; processes?: number }

const script = new URL('simulate.ts', import.meta.url).pathname

export async function simulations(asked: SimulationAsked): Promise<SimulationFigures> {
  const { seeds, from, processes = Math.min(2, asked.seeds) } = asked
  const each = Math.ceil(seeds / processes)
  const shares = Array.from({ length: processes }, (_, i) => ({
    from: from + i * each,
    seeds: Math.min(each, seeds - i * each),
  }))
  const all = await Promise.all(shares.map((share) => oneProcess({ ...asked, ...share })))
  return all.reduce((one, other) => ({
    seeds: one.seeds + other.seeds,
    steps: one.steps + other.steps,
    acked: one.acked + other.acked,
    crashes: one.crashes + other.crashes,
    wrong: one.wrong + other.wrong,
    hash: one.hash,
    ms: Math.max(one.ms, other.ms),
    told: one.told + other.told,
  }))
}

async function oneProcess(asked: SimulationAsked): Promise<SimulationFigures> {
  const args = [asked.script ?? script, '--seeds', String(asked.seeds), '--from', String(asked.from)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)])
  const lines = said.trimEnd().split('\n')
  const figures = lines.pop() ?? ''
  if (!figures.startsWith('{"seeds"')) throw new Error(`A simulation came to no end:\n${said}${complained}`)
  return { ...(JSON.parse(figures) as Omit<SimulationFigures, 'told'>), told: lines.join('\n') }
}
