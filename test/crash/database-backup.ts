// Backups of PostgreSQL as docs/backup.md tells people to make them, with its own commands on an installed server, under sixteen writers:
// a dump into another server, an archive of the log to its end, and to a moment. A dump by somebody who sees nobody has to be seen.
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { migrate } from '../../src/server.ts'
import { openPostgres, type PostgresStore } from '../../src/store/postgres/open.ts'
import { rolesSql } from '../../src/store/postgres/roles.ts'
import { serverUser } from '../postgres/programs.ts'
import { BackupCrowd, goOn, type Restored } from './backup-crowd.ts'
import { InstalledServer } from './installed-server.ts'
import { commandsIn } from './page-commands.ts'

export type BackupFigures = Restored & {
  /** Acknowledged after what the backup promises, and not in it. */
  after: number
  faults: string[]
}
export type BlindFigures = {
  acked: number
  lost: number
  /** Whether pg_dump says what it cannot see, where nobody tells it not to. */
  refused: boolean
  /** By the doctor. */
  counted: string
}

const page = (heading: string): string => commandsIn('backup.md', heading)
const beforeMs = 1_000
const archivedMs = 20_000

export async function dumpedUnderWriters(): Promise<{ dump: BackupFigures; blind: BlindFigures }> {
  using place = new Place()
  await using source = await houseServer(place.backups)
  await using other = await InstalledServer.make(place.backups)
  const store = await openHouse(source, place.node)
  const crowd = await BackupCrowd.begin(store)
  await wait(beforeMs)
  const before = performance.now()
  await source.sh(page('A dump'))
  const { refused } = await blindDump(source)
  await other.sh(page('A dump into another server'))
  await crowd.end()
  await store[Symbol.asyncDispose]()
  const dump = await judge(other, place.node, { crowd, before, why: /on another server/ })
  const { counted } = await blindRestored(other, place.node)
  const lost = counted === '0 users, 0 threads, 0 messages' ? crowd.acked : 0
  return { dump, blind: { acked: crowd.acked, lost, refused, counted } }
}

export async function archivedUnderWriters(): Promise<{ toEnd: BackupFigures; toMoment: BackupFigures }> {
  using place = new Place()
  await using server = await houseServer(place.backups)
  await server.sh(page('An archive of the log'))
  const store = await openHouse(server, place.node)
  const crowd = await BackupCrowd.begin(store)
  await wait(beforeMs)
  await server.sh(page('A base backup'))
  await wait(beforeMs)
  const beforeMoment = performance.now()
  const moment = (
    await server.sh(`psql --tuples-only --no-align --command='SELECT now()' --dbname=postgres`)
  ).trim()
  const afterMoment = performance.now()
  await wait(beforeMs)
  const before = performance.now()
  await archived(server)
  await server.lose()
  await crowd.end()
  await store[Symbol.asyncDispose]()
  await server.sh(page('Back to the end of the archive'))
  const why = /a backup restored/
  const toEnd = await judge(server, place.node, { crowd, before, why })
  await server.lose()
  await server.sh(page('Back to a moment'), { MOMENT: moment })
  const toMoment = await judge(server, place.node, { crowd, before: beforeMoment, until: afterMoment, why })
  return { toEnd, toMoment }
}

/** As `threadkeep roles` and `threadkeep migrate` make it. */
async function houseServer(backups: string): Promise<InstalledServer> {
  const server = await InstalledServer.make(backups)
  await server.sh(`psql --quiet --set=ON_ERROR_STOP=1 --dbname=postgres <<'END'\n${rolesSql()}\nEND`)
  await migrate({ storeOwner: server.url('threadkeep_owner') })
  return server
}

const openHouse = (server: InstalledServer, folder: string): Promise<PostgresStore> =>
  openPostgres({ url: server.url('threadkeep_app'), folder, waitMs: 500 })

type Asked = { crowd: BackupCrowd; before: number; until?: number; why: RegExp }

/** A node that kept its folder says why it will not, is told otherwise, and then everything is whole and goes on. */
async function judge(
  server: InstalledServer,
  node: string,
  { crowd, before, until, why }: Asked,
): Promise<BackupFigures> {
  const faults: string[] = []
  const said = await refusal(openHouse(server, node))
  if (!why.test(said)) faults.push(`a node that kept its folder said: ${said}`)
  const { code, out, err } = await server.house(page('Back to the house'), node)
  if (code !== 0 || !out.includes('Nothing is wrong.')) faults.push(`back to the house: ${code} ${out}${err}`)
  await using store = await openHouse(server, node)
  const figures = await crowd.compare(store, before, until)
  const all = await crowd.compare(store, Infinity)
  return { ...figures, after: all.lost - figures.lost, faults: [...faults, ...(await goOn(store))] }
}

async function refusal(opening: Promise<AsyncDisposable>): Promise<string> {
  try {
    await using _ = await opening
    return 'nothing, and opened'
  } catch (fault) {
    if (fault instanceof ThreadkeepError && fault.code === 'store_refused') return fault.message
    throw fault
  }
}

/** What was acknowledged so far is in the archive. */
async function archived(server: InstalledServer): Promise<void> {
  const ask = (sql: string) => server.sh(`psql --tuples-only --no-align --command="${sql}" --dbname=postgres`)
  const file = (await ask('SELECT pg_walfile_name(pg_switch_wal())')).trim()
  for (const until = performance.now() + archivedMs; performance.now() < until; await wait(100))
    if ((await ask('SELECT last_archived_wal FROM pg_stat_archiver')).trim() >= file) return
  throw new Error(`${file} was not archived in ${archivedMs} ms`)
}

const blindFile = '"$BACKUPS/blind.dump"'

/** The owner of the tables, for whom row security leaves nobody: refused at first, and then by the way that the page warns of. */
async function blindDump(source: InstalledServer): Promise<{ refused: boolean }> {
  const words = `--username=threadkeep_owner --format=custom --file=${blindFile} "$DATABASE"`
  const { code, err } = await source.tried(`pg_dump ${words}`)
  await source.sh(`pg_dump --enable-row-security ${words}`)
  return { refused: code !== 0 && err.includes('row-level security') }
}

/** Nothing about it looks wrong but how many the doctor counts. */
async function blindRestored(other: InstalledServer, node: string): Promise<{ counted: string }> {
  await other.sh(
    `createdb --owner=threadkeep_owner blind; pg_restore --exit-on-error --dbname=blind ${blindFile}`,
  )
  const { out } = await other.house('threadkeep doctor', join(node, 'new'), 'blind')
  return { counted: /: (\d+ users, .*)/.exec(out)?.[1] ?? out }
}

class Place implements Disposable {
  readonly #outer = mkdtempSync(join(tmpdir(), 'threadkeep-backups-'))
  readonly backups = this.#outer
  readonly node = mkdtempSync(join(tmpdir(), 'threadkeep-node-'))

  constructor() {
    chmodSync(this.#outer, 0o755)
    if (serverUser) chownSync(this.#outer, serverUser.uid, serverUser.gid)
  }

  [Symbol.dispose](): void {
    for (const folder of [this.#outer, this.node]) rmSync(folder, { recursive: true, force: true })
  }
}
