// Whoever gave up waiting for a standby says disk: the server's warning is the only sign of it.
import { expect, it } from 'vitest'
import { migratePostgres } from '../../src/store/postgres/migrate.ts'
import { openPostgres } from '../../src/store/postgres/open.ts'
import { created, headMoved, said } from '../store/commits.ts'
import { startReplica } from './replica.ts'
import { makeRoles } from './roles.ts'
import { startPostgres } from './server.ts'
import { asSuper } from './super.ts'

it.each([
  ['alone', [said('t', 'given up', { id: 'm' }), headMoved('t', 'm')]],
  ['in a group', [said('t', 'given up', { id: 'm' })]],
] as const)(
  'a commit whose wait for the standby was given up is on disk and no more: %s',
  async (_, changes) => {
    await using primary = await startPostgres()
    await makeRoles(primary.url)
    await asSuper(primary.url, (client) => client.query('CREATE DATABASE house OWNER threadkeep_owner'))
    const at = (role: string) => primary.url.replace('postgres@', `${role}@`).replace(/postgres$/, 'house')
    await migratePostgres(at('threadkeep_owner'))
    await using replica = await startReplica(primary, { synchronous: true })
    await using store = await openPostgres({ url: at('threadkeep_app'), trustUnflushed: true })
    const commit = (...of: readonly Parameters<typeof store.commit>[0]['changes'][number][]) =>
      store.commit({ user: 'ann', at: 1, changes: [...of] })
    await commit(created('t'))
    expect(await commit(said('t', 'waited for'))).toMatchObject({ receipt: { durability: 'replicated' } })
    await replica.kill('SIGSTOP')
    const answer = commit(...changes)
    await asSuper(primary.url, async (client) => {
      const given = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`
      await expect.poll(async () => (await client.query(given)).rowCount).toBe(1)
    })
    expect(await answer).toMatchObject({ receipt: { durability: 'disk' } })
    await replica.kill('SIGCONT')
  },
)
