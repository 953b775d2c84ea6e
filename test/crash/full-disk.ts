// Fills the disk under a whole house, once by what people say and once by a stranger: writes are refused in words, reading and deleting
// goes on, and so does writing as soon as there is room. Who takes for kept what was not answered has to lose what the disk refused.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { says, scriptedModel } from '../../src/model/scripted.ts'
import { threadkeep, type Threadkeep } from '../../src/server.ts'
import { Visitor } from '../http/visitor.ts'
import { whoIsIt } from '../postgres/who-is-it.ts'
import { type Random, randomFrom } from '../random.ts'
import { inspect } from './inspection.ts'
import { needRoot, needTools, run } from './needs.ts'

export type FullFigures = {
  acked: number
  lost: number
  refused: number
  /** From the moment at which there was room again until the first write was kept. */
  goesOnMs: number
  /** Each a sentence. */
  faults: string[]
}

export type FilledBy = 'what people say' | 'a stranger'

const [smallMB, largeMB] = [192, 384]
const writers = 16
const refusalsEach = 3

export async function fullDisk(asked: {
  by: FilledBy
  seed: number
  control?: boolean
}): Promise<FullFigures> {
  console.log(`seed ${asked.seed}: a disk filled by ${asked.by}${asked.control ? ', of the control' : ''}`)
  using disk = new SmallDisk()
  const data = join(disk.folder, 'data')
  const figures: FullFigures = { acked: 0, lost: 0, refused: 0, goesOnMs: 0, faults: [] }
  const acked = new Map<string, string>()
  {
    await using keep = await openHouse(data)
    await new Trial(keep, disk, randomFrom(asked.seed), figures, acked).run(asked)
  }
  const { messages, faults } = inspect(join(data, 'threadkeep.db'))
  figures.acked = acked.size
  figures.lost = [...acked].filter(([id, text]) => messages.get(id)?.text !== text).length
  figures.faults.push(...faults)
  return figures
}

const openHouse = (data: string): Promise<Threadkeep> =>
  threadkeep({
    data,
    model: scriptedModel(() => says('Roses grow ', 'by the wall.')),
    log: () => {},
    authenticate: whoIsIt,
  })

class SmallDisk implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'threadkeep-small-'))

  constructor() {
    needRoot('A full disk')
    needTools('A full disk', 'mount')
    mkdirSync(this.folder, { recursive: true })
    run('mount', '-t', 'tmpfs', '-o', `size=${smallMB}m`, 'threadkeep-small', this.folder)
  }

  grow = (): string => run('mount', '-o', `remount,size=${largeMB}m`, this.folder)

  /** All that is left, by a file that is none of ours. */
  fillByStranger(): void {
    try {
      execFileSync('dd', ['if=/dev/zero', `of=${join(this.folder, 'stranger')}`, 'bs=64k'], {
        stdio: 'ignore',
      })
    } catch {
      // It ends when nothing more goes in, which is what it is for.
    }
  }

  [Symbol.dispose](): void {
    run('umount', this.folder)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

class Trial {
  readonly #keep: Threadkeep
  readonly #disk: SmallDisk
  readonly #random: Random
  readonly #figures: FullFigures
  readonly #acked: Map<string, string>
  #isRoomy = false

  constructor(
    keep: Threadkeep,
    disk: SmallDisk,
    random: Random,
    figures: FullFigures,
    acked: Map<string, string>,
  ) {
    this.#keep = keep
    this.#disk = disk
    this.#random = random
    this.#figures = figures
    this.#acked = acked
  }

  async run({ by, control = false }: { by: FilledBy; control?: boolean }): Promise<void> {
    const people = Array.from({ length: writers }, (_, i) => this.#person(`user${i}`))
    await Promise.all(people.map((person) => person.thread({ id: 't', title: 'Garden' })))
    const filled = by === 'a stranger' ? this.#strangerComes() : Promise.resolve()
    const refusals = await Promise.all(people.map((person) => this.#writeUntilRefused(person, control)))
    await filled
    if (control) return
    for (const person of people) await this.#everythingElseGoesOn(person, by)
    this.#disk.grow()
    const began = performance.now()
    await Promise.all(people.map((person, i) => this.#goOn(person, refusals[i] ?? [], began)))
  }

  #person = (name: string): Visitor => new Visitor((request) => this.#keep.fetch(request), name, name)

  async #strangerComes(): Promise<void> {
    await wait(300 + this.#random.int(700))
    this.#disk.fillByStranger()
  }

  /** The ids that were refused, each the first time that it was sent. */
  async #writeUntilRefused(person: Visitor, control: boolean): Promise<string[]> {
    const refused: string[] = []
    for (let n = 0; refused.length < refusalsEach && n < 5_000; n++) {
      const id = `${person.user} ${n}`
      const answer = person.keep('t', this.#wordsOf(id), { id })
      if (control) this.#acked.set(id, this.#wordsOf(id))
      const { status, body } = await answer
      if (status === 201) this.#acked.set(id, this.#wordsOf(id))
      else refused.push(id)
      if (status === 507) this.#judgeWords(body['error'])
      else if (status !== 201) this.#fault(`${id} was answered with ${status} ${JSON.stringify(body)}`)
    }
    this.#figures.refused += refused.length
    return refused
  }

  #judgeWords(error: unknown): void {
    const { code, message, hint } = error as Record<string, string>
    if (code !== 'storage_full' || !message || !hint)
      this.#fault(`a 507 without words: ${JSON.stringify(error)}`)
  }

  async #everythingElseGoesOn(person: Visitor, by: FilledBy): Promise<void> {
    const first = `${person.user} 0`
    const seen = [
      ['a page', await person.get('/v1/threads/t/messages'), 200],
      ['its threads', await person.get('/v1/threads'), 200],
      ['its export', await person.get('/v1/me/export'), 200],
      [
        'a message that was kept, sent again',
        await person.keep('t', this.#wordsOf(first), { id: first }),
        200,
      ],
    ] as const
    for (const [what, { status, body }, expected] of seen)
      if (status !== expected)
        this.#fault(`${what} was ${status} on a full disk: ${JSON.stringify(body).slice(0, 300)}`)
    const { status } = await person.del(`/v1/threads/t/messages/${encodeURIComponent(first)}`)
    // What others have filled to the last byte leaves no room to note a deletion in: then it says so.
    if (status === 200 || status === 204) this.#acked.delete(first)
    else if (by === 'what people say' || status !== 507) this.#fault(`deleting on a full disk was ${status}`)
  }

  async #goOn(person: Visitor, refused: string[], began: number): Promise<void> {
    for (const id of refused) {
      const { status, body } = await person.keep('t', this.#wordsOf(id), { id })
      if (status === 201 || status === 200) this.#acked.set(id, this.#wordsOf(id))
      else this.#fault(`with room again ${id} was ${status}: ${JSON.stringify(body).slice(0, 300)}`)
    }
    if (this.#isRoomy) return
    this.#isRoomy = true
    this.#figures.goesOnMs = performance.now() - began
  }

  #wordsOf = (id: string): string => `${id}: ${'what was said. '.repeat(2_000)}`

  #fault(what: string): void {
    this.#figures.faults.push(what)
  }
}
