// 64 writers who write into one thread at once, each after what it last saw of it; and the same with a store that keeps a thread as one value.
import { readFile, rename, writeFile } from 'node:fs/promises'
import { must } from '../../src/core/assert.ts'
import { keptOrThrow } from '../../src/core/receipt.ts'
import type { Store } from '../../src/core/store.ts'
import { type Random, randomFrom } from '../random.ts'
import { type BesidesWords, created, said } from '../store/commits.ts'
import { Home } from './home.ts'
import { inspect, type Row } from './inspection.ts'
import { writersCount } from './turn.ts'

export type OverlapFigures = {
  acked: number
  lost: number
  equalSeqs: number
  forks: number
  /** Kept, but on no page that its owner can ask for. */
  unreachable: number
  /** Each a sentence. */
  faults: string[]
}

const [user, thread] = ['ann', 'the one thread']

export async function overlap(seed: number, messagesPerWriter: number): Promise<OverlapFigures> {
  using home = new Home()
  const random = randomFrom(seed)
  const seqs = new Map<string, number>()
  const reached = new Set<string>()
  {
    await using store = await home.open()
    keptOrThrow(await store.commit({ user, at: 0, changes: [created(thread)] }))
    await byAllWriters(messagesPerWriter, (id) => say(store, random, id, seqs))
    for (const id of seqs.keys()) if (await isReachable(store, id)) reached.add(id)
  }
  const { messages, faults } = inspect(home.file)
  const lost = [...seqs].filter(([id, seq]) => messages.get(id)?.seq !== seq || messages.get(id)?.text !== id)
  return {
    acked: seqs.size,
    lost: lost.length,
    equalSeqs: seqs.size - new Set(seqs.values()).size,
    forks: forksIn([...messages.values()]),
    unreachable: seqs.size - reached.size,
    faults,
  }
}

/** A writer sends its next message when the last one was answered, as people do. */
async function byAllWriters(count: number, send: (id: string) => Promise<void>): Promise<void> {
  const one = async (writer: number): Promise<void> => {
    for (let n = 0; n < count; n++) await send(`message ${n} of writer ${writer}`)
  }
  await Promise.all(Array.from({ length: writersCount }, (_, writer) => one(writer)))
}

async function say(store: Store, random: Random, id: string, seqs: Map<string, number>): Promise<void> {
  const besides = { id, ...placeFrom(random, [...seqs.keys()]) }
  const outcome = await store.commit({ user, at: 1, changes: [said(thread, id, besides)] })
  seqs.set(id, must(keptOrThrow(outcome).receipt.seq, 'a message has a seq'))
}

/** After whatever is last, beside something older on purpose, or after a head that others have long gone past. */
function placeFrom(random: Random, known: string[]): BesidesWords {
  if (known.length === 0 || random.chance(0.4)) return {}
  const stale = random.pick(known.slice(-writersCount))
  return random.chance(0.5) ? { parentId: random.pick(known) } : { expectedHead: stale }
}

async function isReachable(store: Store, id: string): Promise<boolean> {
  const page = await store.messages(user, thread, { branch: id, around: id, limit: 1 })
  return page?.messages[0]?.id === id
}

function forksIn(rows: Row[]): number {
  return rows.length - new Set(rows.map(({ parent }) => parent)).size
}

/** What many programs do: read the conversation, put a message at its end, write it all back. */
export async function overlapOnOneValue(messagesPerWriter: number): Promise<{ acked: number; lost: number }> {
  using home = new Home()
  const acked: string[] = []
  await write([], 'nothing yet')
  await byAllWriters(messagesPerWriter, async (id) => {
    await write([...(await read()), id], id)
    acked.push(id)
  })
  const kept = new Set(await read())
  return { acked: acked.length, lost: acked.filter((id) => !kept.has(id)).length }

  async function read(): Promise<string[]> {
    return JSON.parse(await readFile(home.aside, 'utf8')) as string[]
  }

  /** Each write is whole: what is lost is lost by the habit, and not by a torn file. */
  async function write(history: string[], by: string): Promise<void> {
    await writeFile(`${home.aside} ${by}`, JSON.stringify(history))
    await rename(`${home.aside} ${by}`, home.aside)
  }
}
