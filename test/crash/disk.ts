// A disk of a test's own: ext4 in a file. Its power can be cut: what its file system had not handed to it by then is gone.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert } from '../../src/core/assert.ts'
import { needRoot, needTools, run } from './needs.ts'

const bytes = 192 * 1024 * 1024
const copiesMax = 20

export class Disk implements Disposable {
  readonly #outer = mkdtempSync(join(tmpdir(), 'threadkeep-disk-'))
  readonly #image = join(this.#outer, 'image')
  readonly #afterTheCut = join(this.#outer, 'image after the cut')
  /** Where it is mounted. */
  readonly folder = join(this.#outer, 'mounted')
  #isMounted = false

  constructor() {
    needRoot('A power cut')
    needTools('A power cut', 'mount', 'losetup', 'mkfs.ext4')
    writeFileSync(this.#image, '')
    truncateSync(this.#image, bytes)
    run('mkfs.ext4', '-q', '-F', this.#image)
    mkdirSync(this.folder)
    this.#mount(this.#image)
    this.flush()
  }

  /** As the system does by itself every few seconds. */
  flush = (): string => run('sync', '-f', this.folder)

  /** The image as it is at this moment; nothing may write to it meanwhile, or it would be of no one moment. */
  cutPower(): void {
    for (let copies = 0; ; copies++) {
      assert(copies < copiesMax, 'the disk comes to rest while its writers stand still')
      const before = this.#written()
      run('cp', '--sparse=always', this.#image, this.#afterTheCut)
      if (before.inFlight === '0' && this.#written().sectors === before.sectors) return
    }
  }

  /** The journal of the file system is replayed, as at a boot; what it remembered besides is gone. */
  powerUp(): void {
    this.#unmount()
    renameSync(this.#afterTheCut, this.#image)
    this.#mount(this.#image)
  }

  [Symbol.dispose](): void {
    this.#unmount()
    rmSync(this.#outer, { recursive: true, force: true })
  }

  /** What reached the device, by the system's own count. */
  #written(): { sectors: string | undefined; inFlight: string | undefined } {
    const device = run('findmnt', '-n', '-o', 'SOURCE', this.folder).trim().replace('/dev/', '')
    const counts = readFileSync(`/sys/block/${device}/stat`, 'utf8').trim().split(/\s+/)
    return { sectors: counts[6], inFlight: counts[8] }
  }

  #mount(image: string): void {
    run('mount', '-o', 'loop', image, this.folder)
    this.#isMounted = true
  }

  #unmount(): void {
    if (this.#isMounted) run('umount', this.folder)
    this.#isMounted = false
  }
}
