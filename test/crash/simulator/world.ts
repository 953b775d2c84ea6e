// Everything that one seed brings about: users with their devices, one node or two, a store, and what befalls them.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Chat } from '../../../src/chat/chat.ts'
import { type Random, randomFrom } from '../../random.ts'
import { Clock } from './clock.ts'
import { Device } from './device.ts'
import { Disk } from './disk.ts'
import { examination } from './examination.ts'
import { Executor } from './executor.ts'
import { codeOf } from './fault.ts'
import { type KnownRun, Ledger } from './ledger.ts'
import { lives, unknown } from './life.ts'
import { Node } from './node.ts'
import { Reader } from './reader.ts'
import type { Ground, StoreFolder } from './store-folder.ts'
import { StoreProcess } from './store-process.ts'
import { Trace } from './trace.ts'

export class World implements Disposable {
  readonly random: Random
  readonly clock = new Clock()
  readonly trace: Trace
  readonly executor: Executor
  readonly disk: Disk
  readonly ledger: Ledger
  readonly devices: Device[]
  readonly isShared: boolean
  readonly hasSpool: boolean
  readonly nodes: Node[] = []
  store: StoreProcess | null = null
  crashes = 0
  #place: StoreFolder
  readonly #ground: string
  /** Of those who still do something. */
  #busy = 0

  constructor(seed: number, ground: Ground, isLoud: boolean) {
    this.random = randomFrom(seed)
    this.trace = new Trace(isLoud)
    this.executor = new Executor(this.random, this.clock, this.trace)
    this.ledger = new Ledger(this.trace)
    this.isShared = this.random.chance(0.6)
    this.hasSpool = this.isShared && this.random.chance(0.7)
    this.disk = new Disk(this.executor, this.random.chance(0.3) ? 0.05 : 0)
    const users = ['ann', 'bob', 'cid'].slice(0, 1 + this.random.int(3))
    this.devices = users.flatMap((user) =>
      ['phone', 'desk'].slice(0, 1 + this.random.int(2)).map((name) => new Device(this, user, name)),
    )
    this.#place = ground.begin()
    this.#ground = dirname(this.#place.folder)
  }

  async begin(): Promise<void> {
    await this.#openStore()
    const names = this.isShared ? ['east', 'west'] : ['alone']
    for (const [i, name] of names.entries()) this.work(() => this.#startNode(i, name))
    for (const device of this.devices) this.work(() => device.live(3 + this.random.int(8)))
  }

  get isBusy(): boolean {
    return this.#busy > 0
  }

  /** Goes on for as long as it takes; whatever it meets that nobody expects is wrong. */
  work(task: () => Promise<void>): void {
    this.#busy++
    lives
      .exit(task)
      .catch((fault: unknown) =>
        this.trace.violate(fault instanceof Error ? String(fault.stack) : String(fault)),
      )
      .finally(() => this.#busy--)
  }

  read(run: KnownRun): void {
    this.work(() => new Reader(this, run).read())
  }

  /** Any node that has started may be asked. */
  ask<T>(work: (chat: Chat) => Promise<T>): Promise<T> {
    const able = this.nodes.filter(({ chat, life }) => chat && !life.isOver)
    if (able.length === 0) return Promise.reject(unknown('no node is there'))
    const { chat, life } = this.random.pick(able)
    return chat ? life.ask(() => work(chat)) : Promise.reject(unknown('the node starts'))
  }

  /** What was acknowledged can be read by whoever reads it now. */
  async isReadable(user: string, threadId: string, id: string): Promise<void> {
    const { store } = this
    const { touched, binned } = this.ledger
    if (!store || store.isOver || touched.has(id) || binned.has(`${user} ${threadId}`)) return
    const message = await store.opened.message(user, threadId, id)
    if (message?.text !== this.ledger.sent.get(id)?.text)
      this.trace.violate(`${id} was acknowledged, and whoever looks does not find it`)
  }

  crashNode(index: number): void {
    const node = this.nodes[index]
    if (!node || node.life.isOver) return
    const { name } = node.life
    this.trace.tell(`${name} crashes`)
    this.crashes++
    node.life.end()
    this.executor.forget(node.life)
    this.disk.tear(node.journal)
    this.work(async () => {
      await this.pause(this.random.int(3_000))
      await this.#startNode(index, name)
    })
  }

  crashStore(image = this.store?.end()): void {
    if (!image) return
    this.trace.tell('the store crashes')
    this.crashes++
    this.store = null
    this.#place = image
    if (!this.isShared) this.crashNode(0)
    this.work(async () => {
      await this.pause(this.random.int(2_000))
      await this.#openStore()
    })
  }

  /** Of the world: nobody's death cuts it short. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void lives.exit(() => this.clock.set(resolve, ms, false)))
  }

  examine(atRest: boolean): void {
    for (const fault of examination(this.#place, this.ledger, atRest, this.#setAside()))
      this.trace.violate(fault)
  }

  [Symbol.dispose](): void {
    this.store?.end().remove()
    this.disk[Symbol.dispose]()
  }

  async #openStore(): Promise<void> {
    this.store = await StoreProcess.open(this.executor, this.#place, (image) => {
      this.store?.end()
      this.crashStore(image)
    })
    this.examine(false)
  }

  async #startNode(index: number, name: string): Promise<void> {
    const folder = join(this.#ground, name)
    mkdirSync(folder, { recursive: true })
    for (;;) {
      const { isShared, hasSpool } = this
      const node = new Node(this.executor, { name, folder, isShared, hasSpool, store: () => this.store })
      this.nodes[index] = node
      await this.executor.moment(`${name} starts`)
      try {
        return await node.life.ask(() => node.start())
      } catch (fault) {
        if (node.life.isOver) return // whoever ended it starts the next
        const isOfDisk = this.disk.mayFail && codeOf(fault) === 'store_refused'
        if (codeOf(fault) !== 'unavailable' && !isOfDisk) throw fault
        node.life.end()
        this.executor.forget(node.life)
        await this.pause(500)
      }
    }
  }

  /** What a spool put where it is looked through by hand. */
  #setAside(): string {
    return this.nodes
      .map(({ journal }) => join(dirname(journal), 'quarantine.ndjson'))
      .map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : ''))
      .join('')
  }
}
