// A second server that follows a first one: copied while that one runs, then fed by its stream, and able to take its place.
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { serverUser } from './programs.ts'
import { type PostgresServer, serve } from './server.ts'
import { asSuper } from './super.ts'

const streamTimeoutMs = 20_000

export interface PostgresReplica extends PostgresServer {
  /** What the primary calls it: application_name, and its replication slot. */
  readonly name: string
  /** Makes it a primary; it takes writes when this returns. */
  promote(): Promise<void>
}

/** Returns when it streams. With `synchronous` each commit of the primary waits for it, from then on. */
export async function startReplica(
  primary: PostgresServer,
  { synchronous = false }: { synchronous?: boolean } = {},
): Promise<PostgresReplica> {
  const name = `replica_${randomBytes(4).toString('hex')}`
  const folder = await copyOf(primary, name)
  fs.writeFileSync(path.join(folder, 'standby.signal'), '')
  // In place of the primary's own, which may name standbys that this server would wait for once it is promoted.
  fs.writeFileSync(path.join(folder, 'postgresql.auto.conf'), following(primary, name))
  if (serverUser) chownAll(folder)
  const server = await serve(folder, {})
  await streams(primary, name, synchronous)
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= server.stop().then(() => forget(primary, name)))
  return {
    ...server,
    name,
    promote: () => asSuper(server.url, (client) => promote(client)),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function copyOf(primary: PostgresServer, name: string): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'threadkeep-postgres-'))
  fs.chmodSync(folder, 0o700)
  await asSuper(primary.url, async (client) => {
    // The slot keeps what the replica has not had yet.
    await client.query('select pg_create_physical_replication_slot($1, true)', [name])
    await client.query('select pg_backup_start($1, true)', [name])
    await copy(primary.folder, folder)
    const { rows } = await client.query<{ labelfile: string; spcmapfile: string }>(
      'select labelfile, spcmapfile from pg_backup_stop(false)',
    )
    fs.writeFileSync(path.join(folder, 'backup_label'), rows[0]?.labelfile ?? '')
  })
  for (const inside of ['archive_status', 'summaries'])
    fs.mkdirSync(path.join(folder, 'pg_wal', inside), { recursive: true })
  return folder
}

const emptied = [
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_stat_tmp',
  'pg_subtrans',
  'pgsql_tmp',
]
const leftOut = ['postmaster.pid', 'postmaster.opts', 'server.log', 'backup_label', 'standby.signal']

/** By hand, because files come and go while the server runs, and one that went is no fault. */
async function copy(from: string, to: string): Promise<void> {
  for (const entry of await fs.promises.readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)]
    if (leftOut.includes(entry.name)) continue
    if (!entry.isDirectory()) await copyFile(source, target)
    else {
      fs.mkdirSync(target, { mode: 0o700 })
      if (!emptied.includes(entry.name)) await copy(source, target)
    }
  }
}

async function copyFile(from: string, to: string): Promise<void> {
  try {
    await fs.promises.copyFile(from, to, fs.constants.COPYFILE_FICLONE)
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault
  }
}

function chownAll(folder: string): void {
  const { uid, gid } = serverUser ?? { uid: -1, gid: -1 }
  fs.chownSync(folder, uid, gid)
  for (const file of fs.readdirSync(folder, { recursive: true }))
    fs.chownSync(path.join(folder, String(file)), uid, gid)
}

const following = (primary: PostgresServer, name: string) =>
  `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=postgres application_name=${name}'
primary_slot_name = '${name}'
wal_retrieve_retry_interval = '200ms'
`

async function streams(primary: PostgresServer, name: string, synchronous: boolean): Promise<void> {
  await asSuper(primary.url, async (client) => {
    await untilTrue(
      client,
      `select state = 'streaming' from pg_stat_replication where application_name = $1`,
      name,
    )
    if (!synchronous) return
    await nameSynchronous(client, name)
    await untilTrue(
      client,
      `select sync_state = 'sync' from pg_stat_replication where application_name = $1`,
      name,
    )
  })
}

/** Asks until the first column of the first row is true. */
async function untilTrue(client: Client, sql: string, ...values: string[]): Promise<void> {
  const until = Date.now() + streamTimeoutMs
  for (;;) {
    const { rows } = await client.query<[boolean | null]>({ text: sql, values, rowMode: 'array' })
    if (rows[0]?.[0] === true) return
    if (Date.now() > until)
      throw new Error(`after ${streamTimeoutMs} ms still not so: ${sql} (${values.join()})`)
    await sleep(20)
  }
}

async function promote(client: Client): Promise<void> {
  await client.query('select pg_promote(true, 60)')
  await untilTrue(client, 'select not pg_is_in_recovery()')
}

async function nameSynchronous(client: Client, name: string): Promise<void> {
  await client.query(`alter system set synchronous_standby_names = '${name}'`)
  await client.query('select pg_reload_conf()')
}

/** A primary that is still there neither waits for the stopped replica nor keeps anything for it. */
async function forget(primary: PostgresServer, name: string): Promise<void> {
  const client = new Client(primary.url)
  client.on('error', () => {})
  const isThere = await client.connect().then(
    () => true,
    () => false,
  )
  if (!isThere) return
  const { rows } = await client.query<{ synchronous_standby_names: string }>('show synchronous_standby_names')
  if (rows[0]?.synchronous_standby_names === name) await nameSynchronous(client, '')
  await untilTrue(client, 'select not active from pg_replication_slots where slot_name = $1', name)
  await client.query('select pg_drop_replication_slot($1)', [name])
  await client.end()
}
