// A copy of the tree in which something is wrong on purpose, with its own simulator: what it does not notice, it would not notice in ours.
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { folderForNow } from './store-folder.ts'

export type Edit = { file: string; from: string; to: string }

const root = resolve(import.meta.dirname, '../../..')
const needed = ['src', 'package.json', 'test/random.ts', 'test/crash/inspection.ts', 'test/crash/simulator']

export class AlteredTree implements Disposable {
  readonly #folder = folderForNow('threadkeep-altered-')
  readonly script = join(this.#folder, 'test/crash/simulator/simulate.ts')

  constructor(edits: readonly Edit[]) {
    try {
      this.#make(edits)
    } catch (fault) {
      this[Symbol.dispose]()
      throw fault
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #make(edits: readonly Edit[]): void {
    for (const path of needed) {
      mkdirSync(dirname(join(this.#folder, path)), { recursive: true })
      cpSync(join(root, path), join(this.#folder, path), { recursive: true })
    }
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'))
    for (const edit of edits) this.#edit(edit)
  }

  #edit({ file, from, to }: Edit): void {
    const text = readFileSync(join(this.#folder, file), 'utf8')
    const found = text.split(from).length - 1
    if (found !== 1)
      throw new Error(
        `${file} was to be altered where it says "${from}", and says so ${found} times. It has changed since: alter it where it does the same today.`,
      )
    writeFileSync(
      join(this.#folder, file),
      text.replace(from, () => to),
    )
  }
}
