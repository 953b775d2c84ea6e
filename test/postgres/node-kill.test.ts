// C1, C2 and C6 under kill -9 of a node: a few rounds of what the ordeal does for long, and that the look at the rows sees what is wrong.
import { expect, inject, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { DatabaseHome } from '../crash/database-home.ts'
import { killRounds } from '../crash/kill.ts'
import { streamKills } from '../crash/stream-kill.ts'
import { shareOf } from '../long.ts'
import { seeds } from '../random.ts'
import { created, said } from '../store/commits.ts'

const seed = must(seeds(1)[0], 'there is a seed')
const dwelling = () => DatabaseHome.on(inject('postgresUrl'))

it(`2 kills of a node under 64 writers lose nothing and leave no half commit (seed ${seed})`, async () => {
  const figures = await killRounds({ rounds: 2, seed, lifeMsMax: 300, dwelling })
  expect(figures).toMatchObject({ lost: 0, halves: 0, duplicates: 0, wrongAnswers: 0, faults: [] })
  expect(figures.acked).toBeGreaterThanOrEqual(2)
})

// What one of them looks like is in nodes-crash.test.ts.
it.each(shareOf([8], 0))(
  `%i kills of a node in mid-stream leave every message and an end for every run (seed ${seed})`,
  async (kills) => {
    const figures = await streamKills({ kills, seed, dwelling })
    expect(figures).toMatchObject({ kills, lost: 0, open: 0, beyondAllowance: 0, faults: [] })
    expect(figures.interrupted).toBeGreaterThan(3 * kills)
  },
)

async function soundHome(): Promise<DatabaseHome> {
  const home = await dwelling()
  await using store = await home.open()
  const say = (id: string) => ({ user: 'ann', at: 1, changes: [said('t', id, { id })] })
  await store.commit({ user: 'ann', at: 1, changes: [created('t')] })
  await Promise.all(['a', 'b', 'c'].map((id) => store.commit(say(id))))
  return home
}

it('sound rows have no faults, and what was put into them by hand is seen', async () => {
  await using home = await soundHome()
  expect(await home.inspect()).toMatchObject({ duplicates: 0, faults: [] })
  expect([...(await home.inspect()).messages.keys()].toSorted()).toEqual(['a', 'b', 'c'])
  for (const [statement, fault] of [
    [`UPDATE threadkeep.messages SET text = 'x' WHERE id = 'b'`, /b has other words/],
    [`UPDATE threadkeep.threads SET chain = decode(repeat('0', 32), 'hex')`, /chain/],
    ['UPDATE threadkeep.threads SET message_count = 4', /message_count is 4/],
    [`UPDATE threadkeep.threads SET head_id = 'a'`, /no leaf/],
    [`DELETE FROM threadkeep.messages WHERE id = 'c'`, /last_seq/],
    ['DELETE FROM threadkeep.changes WHERE change_seq = 2', /do not add up/],
  ] as const) {
    await home.edit(statement)
    expect((await home.inspect()).faults.join('\n')).toMatch(fault)
  }
})
