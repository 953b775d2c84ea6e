// threadkeep restore: puts a backup in the place of a store; over one that is there only on purpose, and then nothing is deleted.

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { configFrom } from '../config.ts'
import { upkeep } from '../server.ts'

export async function restore(words: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    options: { to: { type: 'string' }, 'accept-older': { type: 'boolean' }, json: { type: 'boolean' } },
    allowPositionals: true,
  })
  const [backup, more] = positionals
  if (backup === undefined || more !== undefined) {
    console.error('Say which: threadkeep restore <backup> [--to <folder>] [--accept-older]')
    return 2
  }
  const restored = await upkeep.restoreTo(configFrom(), {
    backup: resolve(backup),
    to: values.to === undefined ? undefined : resolve(values.to),
    acceptOlder: values['accept-older'] ?? false,
  })
  const { manifest, file, aside } = restored
  if (values.json) console.log(JSON.stringify(restored))
  else {
    console.log(
      `Restored ${manifest.counts['messages'] ?? 0} messages (${manifest.commitNumber} commits, of ${manifest.at}) to ${file}`,
    )
    if (aside) console.log(`What was there is in ${aside}`)
  }
  return 0
}
