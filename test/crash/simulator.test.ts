// A whole house in one thread by the chance of a seed: a share of what the ordeal does, that a seed says all, and that the controls still apply.
import { describe, expect, it } from 'vitest'
import { AlteredTree } from './simulator/altered-tree.ts'
import { mutants, simulateMutant } from './simulator/mutants.ts'
import { simulations } from './simulator/simulations.ts'

const processes = 1

it('25 simulated houses lose nothing, double nothing and come to rest', async () => {
  const { told, ...figures } = await simulations({ seeds: 25, from: 1 })
  expect(told).toBe('')
  expect(figures).toMatchObject({ seeds: 25, wrong: 0 })
  expect(figures.acked).toBeGreaterThan(200)
  expect(figures.crashes).toBeGreaterThan(20)
})

it('a seed does the same, step by step, alone and after others; another seed does not', async () => {
  const [among, alone, other] = await Promise.all([
    simulations({ seeds: 4, from: 5, processes }),
    simulations({ seeds: 1, from: 8, processes }),
    simulations({ seeds: 1, from: 9, processes }),
  ])
  expect(alone.steps).toBeGreaterThan(100)
  expect(alone.hash).toBe(among.hash)
  expect(other.hash).not.toBe(alone.hash)
})

describe('a tree with a fault', () => {
  it.each(Object.keys(mutants))('can still be made: %s', (name) => {
    expect(() => new AlteredTree(mutants[name] ?? [])[Symbol.dispose]()).not.toThrow()
  })

  it('is refused in words where the tree no longer says what was to be altered', () => {
    const edit = { file: 'src/server.ts', from: 'what nobody ever wrote', to: '' }
    expect(() => new AlteredTree([edit])).toThrow(/says so 0 times. It has changed since/)
  })

  it('is caught, and the seed that caught it is told with its last steps', async () => {
    const { wrong, told } = await simulateMutant('acknowledged before the commit', 2, 1)
    expect(wrong).toBeGreaterThan(0)
    expect(told).toMatch(/WRONG: .* was acknowledged, and whoever looks does not find it/)
    expect(told).toMatch(/again with: node test\/crash\/simulator\/simulate.ts --seed \d+/)
  })
})
