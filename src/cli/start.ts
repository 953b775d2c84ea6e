// threadkeep start: opens the store, opens the doors, says where both are, and closes in order when it is asked to.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startedByNpm } from '../config.ts'
import { threadkeep } from '../server.ts'

export async function start(): Promise<number> {
  const asked = askedToStop()
  await buildWeb()
  const keep = await threadkeep({ page: true })
  const { about } = keep
  const { engine, schemaVersion, durability, created, openedInMs } = about
  const place = 'file' in about ? about.file : `${about.host}/${about.database}`
  console.log(
    `Database initialised at ${place}: ${engine}, schema ${schemaVersion}, ${created ? 'begun' : 'opened'} in ${openedInMs} ms.`,
  )
  if (durability === 'none') console.log('file' in about ? notKept : notFlushed)
  const { provider, name } = keep.chat.model
  console.log(
    provider === 'demo'
      ? 'No model has a key: the built-in demo voice answers.'
      : `${provider}:${name} answers.`,
  )
  const { url } = await keep.listen()
  console.log(`Threadkeep is at ${url}`)
  void keep.loaded.then((count) => console.log(`Loaded ${count} sessions from database`))
  await asked
  console.log('Closing: answers under way may end.')
  await keep.close()
  return 0
}

const notKept = 'Nothing is kept beyond this run: THREADKEEP_STORE is memory:.'
const notFlushed =
  'No receipt says "disk": the server runs with fsync or synchronous_commit off, and a power cut loses what it acknowledged.'

/** Only a clone has the sources of the page, and the script that builds it; what is published comes with the page built. */
async function buildWeb(): Promise<void> {
  const script = join(import.meta.dirname, '../../scripts/web.ts')
  if (!existsSync(script)) return
  const { buildWebIfStale } = (await import(pathToFileURL(script).href)) as WebScript
  const words = await buildWebIfStale()
  if (words) console.log(words)
}
type WebScript = { buildWebIfStale: () => Promise<string | null> }

/** npm puts a shell between itself and us that passes no signals on, so we also stop when that shell is gone. */
function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
    const parent = process.ppid
    const watch = () => process.ppid !== parent && resolve()
    if (startedByNpm()) setInterval(watch, 500).unref()
  })
}
