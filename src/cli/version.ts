// threadkeep version: which Threadkeep, on which Node and SQLite.

import { readFileSync } from 'node:fs'

export function version(): number {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  console.log(`threadkeep ${version}, node ${process.versions.node}, sqlite ${process.versions['sqlite']}`)
  return 0
}
