// What some faults need of the machine: a fault that cannot be done is said by the name of what is missing, and never passed over.
import { execFileSync, spawnSync } from 'node:child_process'

export class Lacking extends Error {}

/** Packages of Debian, for who has to install one. */
const packages = { strace: 'strace', mount: 'mount', losetup: 'mount', 'mkfs.ext4': 'e2fsprogs' }

export function needTools(what: string, ...tools: (keyof typeof packages)[]): void {
  const missing = tools.find((tool) => spawnSync(tool, ['--version']).error && spawnSync(tool, ['-V']).error)
  if (missing)
    throw new Lacking(`${what} needs ${missing}: install the package ${packages[missing]} and run it again.`)
}

export function needRoot(what: string): void {
  if (process.getuid?.() !== 0)
    throw new Lacking(`${what} mounts file systems of its own, and only root may: run it as root.`)
}

/** Its words, where it fails. */
export function run(program: string, ...words: string[]): string {
  return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
