// A real PostgreSQL of a test's own: on a free port of this machine, in a folder of its own, and gone when its test is gone.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { Postmaster } from './postmaster.ts'
import { program, serverUser } from './programs.ts'

export interface ServerChoices {
  /** Whether a commit waits for the disk. Off for tests; on where durability or speed is the question. */
  fsync?: boolean
  /** Any further settings, which come last and win. */
  settings?: Record<string, string>
  /** The data folder to use, made if it holds no server yet, and kept at the end. */
  dataFolder?: string
  port?: number
}

export interface PostgresServer extends AsyncDisposable {
  readonly port: number
  /** The superuser's, to the database postgres. */
  readonly url: string
  /** The data folder. */
  readonly folder: string
  readonly pid: number
  /** Orderly; removes the folder unless it was given. Again is nothing. */
  stop(): Promise<void>
  /**
   * To the postmaster; SIGSTOP and SIGCONT to all its children too. After a deadly signal it returns when the server and
   * all its children are gone. The folder stays until stop().
   */
  kill(signal: NodeJS.Signals): Promise<void>
}

export async function startPostgres(choices: ServerChoices = {}): Promise<PostgresServer> {
  const folder = choices.dataFolder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'threadkeep-postgres-'))
  try {
    if (!fs.existsSync(path.join(folder, 'PG_VERSION'))) await fill(folder, choices.fsync === true)
  } catch (fault) {
    if (choices.dataFolder === undefined) fs.rmSync(folder, { recursive: true, force: true })
    throw fault
  }
  return serve(folder, choices)
}

/** Starts on a folder that is there. One that was not given by name is removed at the end. */
export async function serve(folder: string, choices: ServerChoices): Promise<PostgresServer> {
  const port = choices.port ?? (await freePort())
  const postmaster = await Postmaster.start(folder, {
    isKept: choices.dataFolder !== undefined,
    settings: { ...settingsFor(choices.fsync === true), port: String(port), ...choices.settings },
  })
  const stop = () => postmaster.stop()
  return {
    port,
    folder,
    pid: postmaster.pid,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    kill: (signal) => postmaster.kill(signal),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Without fsync a server that is killed loses nothing, and a machine that is: nobody asks that of a test. */
function settingsFor(fsync: boolean): Record<string, string> {
  const flush = fsync ? 'on' : 'off'
  return {
    fsync: flush,
    full_page_writes: flush,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
  }
}

async function fill(folder: string, fsync: boolean): Promise<void> {
  fs.mkdirSync(folder, { recursive: true })
  if (serverUser) fs.chownSync(folder, serverUser.uid, serverUser.gid)
  const words = ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-k']
  const initdb = spawn(program('initdb'), [...words, '--no-instructions', ...(fsync ? [] : ['--no-sync'])], {
    ...serverUser,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [said, [code]] = await Promise.all([text(initdb.stderr), once(initdb, 'exit')])
  if (code !== 0) throw new Error(`initdb ended with ${String(code)} in ${folder}: ${said}`)
}

async function freePort(): Promise<number> {
  const listener = net.createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as net.AddressInfo
  listener.close()
  await once(listener, 'close')
  return port
}
