// threadkeep migrate: brings a PostgreSQL database to the schema of this Threadkeep, as its owner, and says what was done.

import { parseArgs } from 'node:util'
import { migrate as migrateHouse } from '../server.ts'

export async function migrate(words: string[]): Promise<number> {
  const { values } = parseArgs({ args: words, options: { json: { type: 'boolean' } } })
  const { place, applied } = await migrateHouse()
  if (values.json) console.log(JSON.stringify({ place, applied }))
  else if (applied.length === 0) console.log(`${place} is up to date. Nothing was changed.`)
  else console.log([`Migrated ${place}:`, ...applied.map((name) => `  ${name}`)].join('\n'))
  return 0
}
