// The package as it is published: packed, installed in an empty folder, and measured there before anything else is put beside it.

import { execFile, spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs' // prettier-ignore
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'

export const root = resolve(import.meta.dirname, '../..')

const run = promisify(execFile)

/** npm and node as whoever runs the tests has them, and none of the keys and settings that they may have. */
export const plainEnv = {
  PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
  HOME: process.env['HOME'] ?? tmpdir(),
}

export class Package implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'threadkeep-package-'))
  tarballBytes = 0
  ownBytes = 0
  installedBytes = 0
  packages = 0

  async install(): Promise<void> {
    await run('npm', ['pack', '--silent', '--pack-destination', this.folder], { cwd: root, env: npmEnv })
    const [tarball = 'no tarball'] = globSync('*.tgz', { cwd: this.folder })
    this.tarballBytes = statSync(join(this.folder, tarball)).size
    writeFileSync(join(this.folder, 'package.json'), '{ "private": true, "type": "module" }')
    const words = ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`]
    await run('npm', words, { cwd: this.folder, env: npmEnv })
    this.ownBytes = bytesIn(join(this.folder, 'node_modules/threadkeep'))
    this.installedBytes = bytesIn(join(this.folder, 'node_modules'))
    this.packages = Object.keys(this.#lock()).length
  }

  /** What a user would install beside it, as this repository has it. */
  link(...names: string[]): void {
    for (const name of names) {
      const place = join(this.folder, 'node_modules', name)
      mkdirSync(dirname(place), { recursive: true })
      symlinkSync(join(root, 'node_modules', name), place)
    }
  }

  /** A file of the repository, put where a user would have it. */
  take(path: string, as = path): string {
    const place = join(this.folder, as)
    cpSync(join(root, path), place)
    return place
  }

  has(pattern: string): number {
    return globSync(pattern, { cwd: join(this.folder, 'node_modules/threadkeep') }).length
  }

  /** The types of these files, seen with these options and nothing of the repository's. */
  check(files: readonly string[], options: Record<string, unknown>): string {
    const compilerOptions = { strict: true, noEmit: true, target: 'esnext', module: 'nodenext', allowImportingTsExtensions: true, ...options } // prettier-ignore
    const config = join(this.folder, 'tsconfig.json')
    writeFileSync(config, JSON.stringify({ compilerOptions, files }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', config], {
      cwd: this.folder,
      encoding: 'utf8',
    })
    return stdout
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #lock(): object {
    const text = readFileSync(join(this.folder, 'node_modules/.package-lock.json'), 'utf8')
    return (JSON.parse(text) as { packages: object }).packages
  }
}

/** Without what an outer npm says about its own run. */
const npmEnv = Object.fromEntries(
  Object.entries({ ...process.env, ...plainEnv }).filter(([name]) => !/^npm_/i.test(name)),
)

function bytesIn(folder: string): number {
  return globSync('**', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}
