// A spool in a folder of its own, what somebody says into it, and what it holds when it is opened again.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Commit } from '../../src/core/change.ts'
import { journalFile, Spool, type SpoolOptions } from '../../src/store/spool/spool.ts'

export const known = { changeSeq: 0, position: 'here-0' }

export const said = (id: string, text = id, user = 'ann', threadId = 't1'): Commit => ({
  user,
  at: 1_000,
  changes: [{ kind: 'message.said', threadId, id, role: 'user', text }],
})

export class SpoolFolder implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'threadkeep-spool-'))
  readonly file = journalFile(this.folder)

  open = (more: Partial<SpoolOptions> = {}): Promise<Spool> =>
    Spool.open({ folder: this.folder, now: () => 1_000, ...more })

  /** The ids of what waits, in order. */
  async held(more: Partial<SpoolOptions> = {}): Promise<string[]> {
    await using spool = await this.open(more)
    return await idsIn(spool)
  }

  get quarantined(): string[] {
    const text = readFileSync(join(this.folder, 'spool', 'quarantine.ndjson'), 'utf8')
    return text.trimEnd().split('\n')
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** As a replay would take them out. */
export async function idsIn(spool: Spool): Promise<string[]> {
  const ids: string[] = []
  for (const user of spool.waiting.users)
    for (let entry = spool.waiting.first(user); entry; entry = spool.waiting.first(user)) {
      const commit = await spool.commitOf(entry)
      ids.push((commit?.changes ?? []).map((change) => ('id' in change ? change.id : '')).join())
      spool.waiting.drop(entry)
    }
  return ids
}
