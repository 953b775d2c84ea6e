// threadkeep verify-backup: restores a backup into a passing folder, reads all of it, and says whether it can be relied on.

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { upkeep } from '../server.ts'

export async function verifyBackup(words: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    options: { json: { type: 'boolean' } },
    allowPositionals: true,
  })
  const [folder, more] = positionals
  if (folder === undefined || more !== undefined) {
    console.error('Say which: threadkeep verify-backup <folder>')
    return 2
  }
  const verified = await upkeep.verify(resolve(folder))
  const { manifest, tookMs } = verified
  if (values.json) console.log(JSON.stringify(verified))
  else
    console.log(
      `${verified.folder} can be restored: ${manifest.counts['messages'] ?? 0} messages, ${manifest.commitNumber} commits, of ${manifest.at} (tried in ${tookMs} ms).`,
    )
  return 0
}
