// The same kills of nodes on PostgreSQL, under writers and in mid-stream: the server lives, flushes, and belongs to these rounds alone.
import { assert } from '../../src/core/assert.ts'
import { startPostgres } from '../postgres/server.ts'
import { DatabaseHome } from './database-home.ts'
import { type KillFigures, killRounds, type KillsAsked } from './kill.ts'
import { type StreamFigures, streamKills, type StreamKillsAsked } from './stream-kill.ts'

export const nodeKills = (asked: KillsAsked): Promise<KillFigures> =>
  onServer((dwelling) => killRounds({ ...asked, dwelling }))

export const nodeStreamKills = (asked: StreamKillsAsked): Promise<StreamFigures> =>
  onServer((dwelling) => streamKills({ ...asked, dwelling }))

async function onServer<Figures>(
  rounds: (dwelling: () => Promise<DatabaseHome>) => Promise<Figures>,
): Promise<Figures> {
  await using server = await startPostgres({ fsync: true })
  {
    await using home = await DatabaseHome.on(server.url)
    await using store = await home.open()
    assert(store.durability === 'disk', 'a server that flushes is acknowledged as one')
  }
  return await rounds(() => DatabaseHome.on(server.url))
}
