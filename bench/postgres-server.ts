// A PostgreSQL of the bench's own that waits for its disk, with the logins of a house, and databases that begin with the same rows.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { migratePostgres } from '../src/store/postgres/migrate.ts'
import { makeRoles } from '../test/postgres/roles.ts'
import { startPostgres } from '../test/postgres/server.ts'
import { asSuper } from '../test/postgres/super.ts'

/** Nothing that the server does by its own clock falls into one round and not into the next. */
const settings = {
  shared_buffers: '1GB',
  max_wal_size: '16GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
}

export type Login = 'postgres' | 'threadkeep_owner' | 'threadkeep_app' | 'threadkeep_upkeep'

export type BenchServer = AsyncDisposable & {
  url(database: string, login: Login): string
  /** An empty house. */
  create(database: string): Promise<void>
  /** While nobody is connected to either. */
  copy(database: string, from: string): Promise<void>
  /** What autovacuum would have done by now. */
  vacuum(database: string): Promise<void>
  /** What all its processes have used so far; 0 where the system does not say. */
  cpuMicros(): number
}

export async function openBenchServer(
  migrate: (url: string) => Promise<unknown> = migratePostgres,
): Promise<BenchServer> {
  const server = await startPostgres({ fsync: true, settings })
  await makeRoles(server.url)
  const url = (database: string, login: Login) => {
    const url = new URL(server.url)
    url.pathname = database
    url.username = login
    return url.href
  }
  const create = (database: string, how: string) =>
    asSuper(server.url, (client) => client.query(`create database ${database} owner threadkeep_owner ${how}`))
  const within = (database: string, sql: string) =>
    asSuper(url(database, 'postgres'), (client) => client.query(sql))
  return {
    url,
    create: async (database) => {
      await create(database, '')
      await migrate(url(database, 'threadkeep_owner'))
    },
    copy: async (database, from) => {
      await create(database, `template ${from}`)
      // A copy has the rows of a database and not its settings.
      await within(database, `alter database ${database} set random_page_cost = 1.1`)
      await within(database, 'vacuum (analyze)')
    },
    vacuum: async (database) => void (await within(database, 'vacuum threadkeep.users, threadkeep.threads')),
    cpuMicros: () => cpuOfChildren(server.pid),
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

const ticksPerSecond = 100

/** Also of those that are gone by now, which is counted with their parent. */
function cpuOfChildren(parent: number): number {
  if (!existsSync('/proc/self/stat')) return 0
  let ticks = 0
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const [, ppid, ...rest] = statOf(pid)
    const [own, childrens] = [Number(rest[9]) + Number(rest[10]), Number(rest[11]) + Number(rest[12])]
    if (Number(pid) === parent) ticks += childrens
    else if (Number(ppid) === parent) ticks += own
  }
  return (ticks * 1_000_000) / ticksPerSecond
}

/** What comes after the name of the program; a process may be gone by now. */
function statOf(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
