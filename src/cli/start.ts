// threadkeep start: opens the store and says so. The doors come with the next room; until then there is nothing to wait for.

import { threadkeep } from '../server.ts'

export async function start(): Promise<number> {
  await using keep = await threadkeep()
  const { engine, file, schemaVersion, durability, created, openedInMs } = keep.about
  const word = created ? 'begun' : 'opened'
  console.log(
    `Database initialised at ${file}: ${engine}, schema ${schemaVersion}, ${word} in ${openedInMs} ms.`,
  )
  if (durability === 'none') console.log('Nothing is kept beyond this run: THREADKEEP_STORE is memory:.')
  console.log('The store is in order. There are no doors to it yet, so it is closed again.')
  return 0
}
