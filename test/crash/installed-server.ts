// A PostgreSQL as it is installed on this machine, with its own tools: made, asked, killed and brought back by shell commands alone.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { serverUser } from '../postgres/programs.ts'
import { watchOver } from '../postgres/watcher.ts'
import { Lacking } from './needs.ts'

const tools = [
  'initdb',
  'pg_ctl',
  'psql',
  'pg_dump',
  'pg_dumpall',
  'pg_restore',
  'pg_basebackup',
  'pg_verifybackup',
]
const debian = '/usr/lib/postgresql'
const program = fileURLToPath(new URL('../../src/cli/threadkeep.ts', import.meta.url))

/** TEST_PG_BIN, or the newest that Debian's packages put there. */
export function installedTools(): string {
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : []
  const named = process.env['TEST_PG_BIN']
  const places = named === undefined ? versions.map((version) => join(debian, version, 'bin')) : [named]
  const missing = places.map((place) => tools.find((tool) => !existsSync(join(place, tool))))
  const found = places.find((_, i) => missing[i] === undefined)
  if (found !== undefined) return found
  const what = places.length === 0 ? `there is none in ${debian}` : `${places[0]} has no ${missing[0]}`
  throw new Lacking(
    `backups of PostgreSQL need an installed server, and ${what}: install the package postgresql, or name its folder of programs in TEST_PG_BIN.`,
  )
}

export type Ran = { code: number; out: string; err: string }

export class InstalledServer implements AsyncDisposable {
  readonly #outer = mkdtempSync(join(tmpdir(), 'threadkeep-installed-'))
  readonly #bin = installedTools()
  readonly #env: Record<string, string>
  #release: () => void = () => {}
  readonly folder = join(this.#outer, 'data')

  private constructor(port: number, backups: string) {
    const shims = join(this.#outer, 'bin')
    mkdirSync(shims)
    writeFileSync(join(shims, 'threadkeep'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, {
      mode: 0o755,
    })
    chmodSync(this.#outer, 0o755)
    if (serverUser) chownSync(this.#outer, serverUser.uid, serverUser.gid)
    this.#env = {
      PATH: [shims, this.#bin, '/usr/bin', '/bin'].join(':'),
      HOME: this.#outer,
      PGHOST: '127.0.0.1',
      PGPORT: String(port),
      PGUSER: 'postgres',
      PGDATA: this.folder,
      BACKUPS: backups,
      DATABASE: 'threadkeep',
    }
  }

  /** Flushing, as it comes. */
  static async make(backups: string): Promise<InstalledServer> {
    const port = await freePort()
    const server = new InstalledServer(port, backups)
    const settings = `port = ${port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 60\n`
    await server.sh(
      'initdb --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 > "$HOME/initdb.log"',
    )
    writeFileSync(join(server.folder, 'postgresql.conf'), settings, { flag: 'a' })
    await server.sh('pg_ctl start --wait --log="$PGDATA/server.log"')
    server.#watch()
    return server
  }

  url(role: string, database = 'threadkeep'): string {
    return `postgres://${role}@127.0.0.1:${this.#env['PGPORT']}/${database}`
  }

  /** As the user of the server. Beside whatever else goes on in this process. */
  async sh(commands: string, more: Record<string, string> = {}): Promise<string> {
    const { code, out, err } = await this.tried(commands, more)
    if (code !== 0) throw new Error(`${commands}\nended with ${code} and said:\n${out}${err}${this.#log()}`)
    this.#watch()
    return out
  }

  tried(commands: string, more: Record<string, string> = {}): Promise<Ran> {
    return shell(commands, { ...this.#env, ...more }, serverUser)
  }

  /** As whoever runs the house on it, in its data folder. */
  house(commands: string, data: string, database = 'threadkeep'): Promise<Ran> {
    return shell(commands, {
      ...this.#env,
      THREADKEEP_DATA: data,
      THREADKEEP_STORE: this.url('threadkeep_app', database),
      THREADKEEP_STORE_UPKEEP: this.url('threadkeep_upkeep', database),
    })
  }

  /** All at once, and with its disk. */
  async lose(): Promise<void> {
    const pid = this.#pid()
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
    process.kill(pid, 'SIGKILL')
    for (const one of [String(pid), ...children]) while (isThere(one)) await wait(10)
    rmSync(this.folder, { recursive: true, maxRetries: 20 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (existsSync(join(this.folder, 'postmaster.pid')))
      await this.tried('pg_ctl stop --mode=immediate --wait')
    this.#release()
    rmSync(this.#outer, { recursive: true, force: true, maxRetries: 20 })
  }

  /** It is no child of ours, and must not outlive us. */
  #watch(): void {
    this.#release()
    const runs = existsSync(join(this.folder, 'postmaster.pid'))
    this.#release = runs ? watchOver(this.#pid(), this.#outer) : () => {}
  }

  #pid = (): number => Number.parseInt(readFileSync(join(this.folder, 'postmaster.pid'), 'utf8'), 10)

  #log(): string {
    const file = join(this.folder, 'server.log')
    return existsSync(file) ? readFileSync(file, 'utf8').slice(-2_000) : ''
  }
}

async function shell(commands: string, env: Record<string, string>, user?: typeof serverUser): Promise<Ran> {
  const started = spawn('/bin/sh', ['-eu', '-c', commands], {
    ...user,
    env,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err, [code]] = await Promise.all([
    text(started.stdout),
    text(started.stderr),
    once(started, 'exit'),
  ])
  return { code: Number(code ?? -1), out, err }
}

function isThere(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  listener.close()
  await once(listener, 'close')
  return port
}
