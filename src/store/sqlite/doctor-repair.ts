// Makes again what is derived from the words: indexes, counts, chains, heads. What was there before is kept beside it, whole.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { ThreadkeepError } from '../../core/errors.ts'
import { isDerived, isMendable } from '../doctor/finding.ts'
import { copyDatabase } from './backup.ts'
import { openWriting } from './connection.ts'
import { examinedThreads, type Examination, examineOpened, examineStore } from './doctor.ts'
import { lockFolder } from './folder-lock.ts'
import { inWords } from './in-words.ts'

export type Repair = {
  before: Examination
  after: Examination
  /** The folder with what was there before; null when there was nothing to mend. */
  evidence: string | null
}

export function repairStore(file: string, folder: string, now: number = Date.now()): Promise<Repair> {
  return inWords(file, async () => {
    using _ = lockFolder(folder)
    const before = examineStore(file, folder, now)
    refuseDamaged(file, before)
    if (!before.findings.some(isDerived)) return { before, after: before, evidence: null }
    const evidence = evidenceFolder(folder, now)
    mkdirSync(evidence, { mode: 0o700 })
    await copyDatabase(file, join(evidence, 'threadkeep.db'))
    using db = openWriting(file, 'FULL')
    rebuild(db)
    return { before, after: examineOpened(db, file, folder, now), evidence }
  })
}

/** In the data folder, one for each repair. */
export const evidenceFolder = (folder: string, now: number): string =>
  join(folder, `before-repair-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`)

/** From pages that are not what was written nothing is derived: a count of what can still be read would make the loss look right. */
function refuseDamaged(file: string, { findings }: Examination): void {
  const worst = findings.find(({ kind }) => kind === 'damaged_file' || kind === 'unreadable')
  if (!worst) return
  throw new ThreadkeepError(
    'store_refused',
    `${file} is damaged (${worst.what}), so nothing in it was mended and nothing was changed.`,
    'Restore the newest backup (threadkeep restore), or read out what can be read: threadkeep doctor --salvage.',
  )
}

/** One transaction: all of it or nothing. Words are not touched. */
export function rebuild(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    db.exec('REINDEX')
    rebuildThreads(db)
    db.exec(`
      UPDATE users SET main_thread_id = NULL
      WHERE main_thread_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM threads t WHERE t.user = users.key AND t.id = users.main_thread_id);
      UPDATE users SET change_seq = newest
      FROM (SELECT user, max(change_seq) AS newest FROM changes GROUP BY user) c
      WHERE c.user = users.key AND newest > change_seq`)
    db.exec('COMMIT')
  } catch (fault) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw fault
  }
}

function rebuildThreads(db: DatabaseSync): void {
  const set = db.prepare(`
    UPDATE threads SET head_id = ?, message_count = ?, last_seq = ?, fork_count = ?, chain = unhex(?) WHERE user = ? AND key = ?`)
  for (const { found, should, userKey, key } of examinedThreads(db, { threads: 0, messages: 0 })) {
    if (!isMendable(found)) continue
    const { headId, messageCount, lastSeq, forkCount, chain } = should
    set.run(headId, messageCount, lastSeq, forkCount, chain, userKey, key)
  }
}
