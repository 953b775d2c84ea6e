// The line from a node to the store: it may be slow, hold everything back for a while, or be cut; what goes over it is the port of the store.
import type { Commit } from '../../../src/core/change.ts'
import { prepareCommit } from '../../../src/core/prepared.ts'
import type { Store } from '../../../src/core/store.ts'
import type { Upkeep } from '../../../src/core/upkeep.ts'
import { checksumOf } from '../../../src/store/hash.ts'
import type { SqliteStore } from '../../../src/store/sqlite/open.ts'
import type { Executor } from './executor.ts'
import { type Life, unknown } from './life.ts'
import type { StoreProcess } from './store-process.ts'

export class Line {
  isCut = false
  /** Resolves when what is held back may go on. */
  held: Promise<void> | null = null
  readonly #executor: Executor
  readonly #life: Life
  readonly #store: () => StoreProcess | null
  /** How many of the reads take their time. */
  readonly #slowShare: number

  constructor(executor: Executor, life: Life, store: () => StoreProcess | null) {
    this.#executor = executor
    this.#life = life
    this.#store = store
    this.#slowShare = executor.random.pick([0, 0.1, 0.5])
  }

  get store(): Store {
    const read = <T>(work: (store: SqliteStore) => Promise<T>) => this.#read(work)
    return {
      durability: 'disk',
      position: () => this.#store()?.position ?? '',
      commit: (commit) => this.#commit(commit),
      user: (user) => read((store) => store.user(user)),
      thread: (user, id) => read((store) => store.thread(user, id)),
      threadByKey: (user, key) => read((store) => store.threadByKey(user, key)),
      threadByRef: (user, provider, id) => read((store) => store.threadByRef(user, provider, id)),
      refs: (user, thread) => read((store) => store.refs(user, thread)),
      place: (user, thread) => read((store) => store.place(user, thread)),
      threads: (user, asked) => read((store) => store.threads(user, asked)),
      messages: (user, thread, asked) => read((store) => store.messages(user, thread, asked)),
      messagesJson: (user, thread, asked) => read((store) => store.messagesJson(user, thread, asked)),
      message: (user, thread, id) => read((store) => store.message(user, thread, id)),
      run: (user, id) => read((store) => store.run(user, id)),
      runsUnderWay: (user, thread) => read((store) => store.runsUnderWay(user, thread)),
      runEvents: (user, run, after) => read((store) => store.runEvents(user, run, after)),
      changes: (user, since, limit) => read((store) => store.changes(user, since, limit)),
      everything: (user) => this.#reached().opened.everything(user),
      [Symbol.asyncDispose]: async () => {},
    }
  }

  get upkeep(): Upkeep {
    const read = <T>(work: (upkeep: Upkeep) => Promise<T>) => this.#read(({ upkeep }) => work(upkeep))
    return {
      schema: () => read((upkeep) => upkeep.schema()),
      openRuns: (limit) => read((upkeep) => upkeep.openRuns(limit)),
      expiredRuns: (limit) => read((upkeep) => upkeep.expiredRuns(limit)),
      stopsAsked: (owner) => read((upkeep) => upkeep.stopsAsked(owner)),
      runEvents: (user, run, after) => read((upkeep) => upkeep.runEvents(user, run, after)),
      changedAmong: (seen) => read((upkeep) => upkeep.changedAmong(seen)),
      recentThreads: (limit) => read((upkeep) => upkeep.recentThreads(limit)),
      dropRunLogs: async () => {},
    }
  }

  async #commit(commit: Commit) {
    const verdict = prepareCommit(commit, checksumOf)
    if (!('prepared' in verdict)) return verdict
    const what = commit.changes.map(({ kind }) => kind).join(' + ')
    await this.#arrival(
      `${commit.user}: ${what} arrives from ${this.#life.name}`,
      `${commit.user} at ${this.#life.name}`,
    )
    return this.#reached().take(verdict.prepared, this.#life)
  }

  async #read<T>(work: (store: SqliteStore) => Promise<T>): Promise<T> {
    const isSlow = () => this.#executor.random.chance(this.#slowShare)
    if (this.held || isSlow()) await this.#arrival(`${this.#life.name} reads`)
    const found = await work(this.#reached().opened)
    if (isSlow()) await this.#executor.moment(`${this.#life.name} has read`, undefined, this.#life)
    return found
  }

  async #arrival(what: string, line?: string): Promise<void> {
    await this.#executor.moment(what, line, this.#life)
    while (this.held) await this.held
  }

  #reached(): StoreProcess {
    const store = this.#store()
    if (this.isCut) throw unknown('the line is cut')
    if (!store || store.isOver) throw unknown('the store is down')
    return store
  }
}
