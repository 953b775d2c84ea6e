// How many bytes the file takes for each byte of text: 100,000 messages that arrive at random over 1,000 threads.

import { statSync } from 'node:fs'
import { keep } from './append.ts'
import type { Row } from './row.ts'
import { createThreads, fileIn, inCrowd, openStore, type Pair, pairFor, placesOf } from './world.ts'
import { chanceFrom, pick } from './words.ts'

export const size: Row = async ({ folder, quick }) => {
  const howMany = quick ? 20_000 : 100_000
  const chance = chanceFrom(1)
  const places = placesOf(100, 1_000)
  let textBytes = 0
  {
    await using store = await openStore(folder)
    await createThreads(store, places)
    const pairs = Array.from({ length: howMany / 2 }, () => pairFor(pick(places, chance)))
    await inCrowd(256, pairs, async (pair: Pair) => {
      textBytes += Buffer.byteLength(pair.said) + Buffer.byteLength(pair.reply)
      await keep(store)(pair)
    })
  }
  const fileBytes = statSync(fileIn(folder)).size
  return [
    {
      what: `bytes of the file over bytes of text, ${howMany.toLocaleString('en-US')} messages`,
      ours: `${megabytes(fileBytes)} file`,
      raw: `${megabytes(textBytes)} text`,
      judged: [fileBytes / textBytes],
      unit: 'x',
      better: 'less',
      bounds: { floor: 1.25, aim: 1.2 },
    },
  ]
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
