// How far a backup reaches for one user: their change_seq in it.

import { openReading } from './connection.ts'

export type Reach = Disposable & { changeSeqOf(user: string): number | null }

export function reachOf(file: string): Reach {
  const db = openReading(file)
  const ask = db.prepare('SELECT change_seq FROM users WHERE id = ?')
  return {
    changeSeqOf: (user) => (ask.get(user) as { change_seq: number } | undefined)?.change_seq ?? null,
    [Symbol.dispose]: () => db.close(),
  }
}
