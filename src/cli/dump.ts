// threadkeep dump: the store as plain SQL on the standard output.

import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { configFrom } from '../config.ts'
import { upkeep } from '../server.ts'

export async function dump(words: string[]): Promise<number> {
  parseArgs({ args: words, options: {} })
  for (const line of upkeep.dump(configFrom()))
    if (!process.stdout.write(line)) await once(process.stdout, 'drain')
  return 0
}
