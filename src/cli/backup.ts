// threadkeep backup: a copy of the store of one moment, also while the house is running, into a folder or as a tar stream.

import { once } from 'node:events'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { configFrom } from '../config.ts'
import { upkeep } from '../server.ts'

export async function backup(words: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    options: { keep: { type: 'string' }, json: { type: 'boolean' } },
    allowPositionals: true,
  })
  const [to, more] = positionals
  const keep = values.keep === undefined ? undefined : Number(values.keep)
  if (
    to === undefined ||
    more !== undefined ||
    (keep !== undefined && !(Number.isInteger(keep) && keep >= 1))
  ) {
    console.error(
      'Say where to: threadkeep backup <folder> [--keep <a whole number from 1>], or threadkeep backup -',
    )
    return 2
  }
  return to === '-' ? toStream() : toFolder(resolve(to), keep, values.json ?? false)
}

async function toFolder(shelf: string, keep: number | undefined, json: boolean): Promise<number> {
  const { folder, manifest, gone } = await upkeep.backupTo(configFrom(), shelf, keep)
  const { commitNumber, counts } = manifest
  if (json) console.log(JSON.stringify({ folder, manifest, gone }))
  else {
    console.log(
      `Backed up ${counts['messages'] ?? 0} messages in ${counts['threads'] ?? 0} threads (${commitNumber} commits) to ${folder}`,
    )
    for (const old of gone) console.log(`Taken away: ${old}`)
    console.log('It counts once it has been restored on trial: threadkeep verify-backup')
  }
  return 0
}

async function toStream(): Promise<number> {
  if (process.stdout.isTTY) {
    console.error('A tar stream is not for a terminal: threadkeep backup - > backup.tar')
    return 2
  }
  for await (const piece of upkeep.backupAsTar(configFrom()))
    if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
  return 0
}
