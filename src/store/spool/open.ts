// Puts a spool before a store that other machines hold, and puts it away with it.

import { existsSync } from 'node:fs'
import { ThreadkeepError } from '../../core/errors.ts'
import type { Store } from '../../core/store.ts'
import { journalFile, Spool, type SpoolOptions } from './spool.ts'
import { SpooledStore, type Spooling } from './spooled-store.ts'

/** A spool that is off takes nothing in, and what it holds from before still goes into the store. */
export async function behindSpool<S extends Store>(
  store: S,
  options: SpoolOptions,
): Promise<S & { spool: Spooling | null }> {
  const { folder, isOn = true } = options
  if (!isOn && !existsSync(journalFile(folder))) return { ...store, spool: null }
  const spool = await Spool.open(options).catch(async (fault: unknown) => {
    await store[Symbol.asyncDispose]()
    throw unopened(journalFile(folder), fault)
  })
  const spooled = new SpooledStore(store, spool, isOn)
  return {
    ...store,
    commit: (commit) => spooled.commit(commit),
    ...(isOn ? { commitLater: (commit) => spooled.commitLater(commit) } : null),
    // Asked for whatever is said, and by whoever looks whether the house is ready.
    user: (user) => spooled.unlessAway(() => store.user(user)),
    thread: (user, threadId) => spooled.unlessAway(() => store.thread(user, threadId)),
    spool: spooled,
    [Symbol.asyncDispose]: async () => {
      await spool[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  } satisfies Store & { spool: Spooling }
}

const unopened = (file: string, cause: unknown) =>
  new ThreadkeepError(
    'store_refused',
    `The spool ${file} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}.`,
    'It may hold what was acknowledged while the database was away, so that nothing is opened without it. Put the disk right, or move the folder "spool" away on purpose.',
    undefined,
    cause,
  )
