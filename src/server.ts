// The whole house, put together: the only file that knows every room.

import { type Config, configFrom, type Options } from './config.ts'
import { ThreadkeepError } from './core/errors.ts'
import type { Store } from './core/store.ts'
import type { SchemaLine, Upkeep } from './core/upkeep.ts'
import { openStore, sqliteFile } from './store/open.ts'
import { type Acceptance, acceptance, schemaOf } from './store/sqlite/inspect.ts'
import type { About } from './store/sqlite/open.ts'

export { ThreadkeepError } from './core/errors.ts'
export { canonicalJson } from './core/json.ts'
export { keptOrThrow } from './core/receipt.ts'
export type { Change, Commit } from './core/change.ts'
export type { Message } from './core/message.ts'
export type { Outcome, Receipt } from './core/receipt.ts'
export type { Run } from './core/run.ts'
export type { Store } from './core/store.ts'
export type { Thread } from './core/thread.ts'
export type { Options } from './config.ts'

export type Threadkeep = AsyncDisposable & {
  readonly config: Config
  readonly store: Store
  readonly upkeep: Upkeep
  readonly about: About
  /** Waits until everything handed over is durable, then lets the data folder go. */
  close(): Promise<void>
}

/**
 * Opens a Threadkeep. Every setting may be given as an option; what is not comes from the environment, `.env` or the defaults.
 *
 * Rejects with a `ThreadkeepError`: `config` for a wrong setting, `store_refused` for a data folder that may not be opened.
 *
 * @example
 * const keep = await threadkeep({ data: './data' })
 * await keep.store.commit({ user: 'ann', at: Date.now(), changes: [{ kind: 'thread.created', threadId: 't1' }] })
 * await keep.close()
 */
export async function threadkeep(options: Options = {}): Promise<Threadkeep> {
  const config = configFrom(options)
  const opened = await openStore(config)
  const close = async () => opened[Symbol.asyncDispose]()
  return {
    config,
    store: opened,
    upkeep: opened.upkeep,
    about: opened.about,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The schema of a store that need not be able to open. */
export async function inspectSchema(options: Options = {}): Promise<{ file: string; lines: SchemaLine[] }> {
  const file = fileOf(configFrom(options))
  return { file, lines: schemaOf(file) }
}

/** What stands in the way of a store that was put there on purpose, and the way to accept it. */
export async function inspectAcceptance(
  options: Options = {},
): Promise<Disposable & { offer: Acceptance | null }> {
  const config = configFrom(options)
  return acceptance(fileOf(config), config.data)
}

function fileOf({ store }: Config): string {
  if (store !== 'memory:') return sqliteFile(store)
  throw new ThreadkeepError(
    'config',
    'THREADKEEP_STORE is memory:, which leaves no file to look at.',
    'Name a store: sqlite:<path>.',
  )
}
