// The inspection itself has to see what is wrong: each fault is put into a sound file by hand, and has to be named.
import { expect, it } from 'vitest'
import { created, said } from '../store/commits.ts'
import { Home } from './home.ts'
import { inspect } from './inspection.ts'

async function soundHome(): Promise<Home> {
  const home = new Home()
  await using store = await home.open()
  const say = (id: string) => ({ user: 'ann', at: 1, changes: [said('t', id, { id })] })
  await store.commit({ user: 'ann', at: 1, changes: [created('t')] })
  await Promise.all(['a', 'b', 'c'].map((id) => store.commit(say(id))))
  return home
}

it('a sound file has no faults', async () => {
  using home = await soundHome()
  expect(inspect(home.file)).toMatchObject({ duplicates: 0, faults: [] })
  expect([...inspect(home.file).messages.keys()]).toEqual(['a', 'b', 'c'])
})

it.each([
  ['a lost message in the middle', `DELETE FROM messages WHERE id = 'b'`, /gap/],
  ['a lost message at the end', `DELETE FROM messages WHERE id = 'c'`, /last_seq/],
  ['altered words', `UPDATE messages SET text = 'x' WHERE id = 'b'`, /b has other words/],
  ['an altered checksum', `UPDATE messages SET checksum = zeroblob(16) WHERE id = 'b'`, /chain/],
  ['an altered chain', 'UPDATE threads SET chain = zeroblob(16)', /chain/],
  ['a wrong count', 'UPDATE threads SET message_count = 4', /message_count is 4/],
  ['a wrong count of forks', 'UPDATE threads SET fork_count = 1', /fork_count is 1/],
  ['a head that is no leaf', `UPDATE threads SET head_id = 'a'`, /no leaf/],
  ['a lost change', 'DELETE FROM changes WHERE change_seq = 2', /do not add up/],
  ['a user who counts wrong', 'UPDATE users SET change_seq = 9', /do not add up/],
])('%s is seen', async (_, statement, fault) => {
  using home = await soundHome()
  home.edit(statement)
  expect(inspect(home.file).faults.join('\n')).toMatch(fault)
})
