// Where what waits is written down on this device: one transaction a step, over when it is on the disk, the same for all tabs.

import { completed, databaseOf, done } from '../database.ts'
import type { Step, Unsent } from './unsent.ts'

/** What one person has said on this device and the house is not known to have. */
export type Ledger = {
  /** In the order in which it was put down. */
  read(): Promise<readonly Unsent[]>
  /** On the list as it is now, whichever tab wrote it; resolves with what became of it. Nothing is written if the step throws. */
  take(step: Step, safety: 'strict' | 'relaxed'): Promise<readonly Unsent[]>
  /** Another tab has written. */
  onOther(listener: () => void): void
}

type Row = Unsent & { user: string }

const database = databaseOf('threadkeep.outbox', 1, (made) =>
  made.createObjectStore('unsent', { keyPath: 'order', autoIncrement: true }).createIndex('user', 'user'),
)

export function ledgerOf(user: string): Ledger {
  const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel(`threadkeep.outbox.${user}`) : null
  // In the order of their keys, which is the order in which they came.
  const all = (rows: IDBObjectStore) => done<Row[]>(rows.index('user').getAll(user))
  return {
    async read() {
      const rows = (await database()).transaction('unsent').objectStore('unsent')
      return (await all(rows)).map(withoutUser)
    },
    async take(step, safety) {
      const transaction = (await database()).transaction('unsent', 'readwrite', { durability: safety })
      const written = completed(transaction)
      // Whoever waits below hears of it; a step that throws is heard of first.
      written.catch(() => undefined)
      try {
        const rows = transaction.objectStore('unsent')
        const before = (await all(rows)).map(withoutUser)
        const after = await write(rows, user, before, step(before))
        await written
        channel?.postMessage(null)
        return after
      } catch (fault) {
        if (transaction.error === null) abort(transaction)
        throw fault
      }
    },
    onOther: (listener) => channel?.addEventListener('message', listener),
  }
}

async function write(
  rows: IDBObjectStore,
  user: string,
  before: readonly Unsent[],
  after: readonly Unsent[],
): Promise<readonly Unsent[]> {
  const left = new Set(after.map(({ order }) => order))
  for (const { order } of before) if (order !== undefined && !left.has(order)) rows.delete(order)
  const written = after.map(async (unsent) => {
    if (before.includes(unsent)) return unsent
    return { ...unsent, order: Number(await done(rows.put({ ...unsent, user } satisfies Row))) }
  })
  return Promise.all(written)
}

function withoutUser(row: Row): Unsent {
  const { user: _, ...unsent } = row
  return unsent
}

/** One that is over already is as good as given up. */
function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort()
  } catch (fault) {
    if (!(fault instanceof DOMException)) throw fault
  }
}
