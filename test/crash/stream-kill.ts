// Kills the whole house while answers stream out of it, and looks after each restart what of them is there: every message, every word but
// the last second or 2 KiB, and an end for every run.
import { setTimeout as wait } from 'node:timers/promises'
import type { Pace } from '../../src/chat/pace.ts'
import { utf8Bytes } from '../../src/core/text.ts'
import { greeting } from '../fake-provider/answer.ts'
import { FakeProvider } from '../fake-provider/fake-provider.ts'
import { type Random, randomFrom } from '../random.ts'
import type { Dwelling, OpenDwelling } from './dwelling.ts'
import { Home } from './home.ts'
import { StreamHouse, type StreamManner } from './stream-house.ts'
import { type Arrivals, type Asker, newAsker, type Seen, StreamReader } from './stream-reader.ts'

export type StreamKillsAsked = {
  kills: number
  seed: number
  /** The build that writes an answer down only at its end: it has to lose more than is allowed. */
  control?: boolean
  /** Houses that are killed side by side. */
  lanes?: number
  /** A place for a store, new for each lane; without it a folder. Where it can be shared, a second house stands beside the one that is killed. */
  dwelling?: OpenDwelling
}

export type StreamFigures = {
  kills: number
  /** Messages that were acknowledged. */
  acked: number
  lost: number
  /** Answers that were cut by a kill, and those that ended before it. */
  interrupted: number
  complete: number
  /** Runs without an end after the restart; where another house may end them, half a minute after the kill. */
  open: number
  /** How long after a kill it was found that every run has an end. */
  endedMsMax: number
  /** Answers that miss more than the last second or 2 KiB of what was heard before the kill. */
  beyondAllowance: number
  missingBytesMax: number
  /** How long before a kill the first of what is missing was heard. */
  missingMsMax: number
  /** Bytes of answers that were heard before the kills, and that are not there after them. */
  heardBytes: number
  missingBytes: number
  rewound: number
  /** Each a sentence; anything that does not add up. */
  faults: string[]
  readyMsMax: number
}

const allowedBytes = 2_048
const allowedMs = 1_000
/** No run stays open for longer after its owner died. */
const endedMsMax = 30_000

export const streamsHeld = ({ lost, open, beyondAllowance, faults }: StreamFigures): boolean =>
  lost + open + beyondAllowance + faults.length === 0

/** Sooner than in earnest, and late enough that a busy machine takes nobody for dead who is only slow. */
const pace: Pace = { leaseMs: 4_000, renewMs: 800, sweepMs: 500, stopPollMs: 100, followPollMs: 50 }

/** Numbered, so that no piece can stand in the place of another. */
const pieces = Array.from({ length: 1_200 }, (_, n) => `${n} žlutá růže 🌹 `)
const whole = pieces.join('')

export async function streamKills(asked: StreamKillsAsked): Promise<StreamFigures> {
  const { kills, seed, control = false, lanes = 4 } = asked
  console.log(`seed ${seed}: ${kills} kills of streams${control ? ' of the control' : ''}`)
  await using provider = await new FakeProvider().listen()
  provider.answer = { ...greeting, text: pieces }
  const figures = nothingYet()
  const shares = Array.from({ length: lanes }, (_, lane) => Math.floor((kills + lane) / lanes))
  const manner = control ? 'control-writes-at-end' : 'honest'
  await Promise.all(
    shares.map(async (lives, lane) => {
      await using home = await (asked.dwelling?.() ?? new Home())
      await killAgainAndAgain(lives, home, randomFrom(seed + lane), provider.url, manner, figures)
    }),
  )
  return figures
}

async function killAgainAndAgain(
  lives: number,
  home: Dwelling,
  random: Random,
  provider: string,
  manner: StreamManner,
  figures: StreamFigures,
): Promise<void> {
  await using street = new AsyncDisposableStack()
  const { settings } = home
  const besides = home.isShared ? { settings, pace } : {}
  const open = async (folder: string, itsManner: StreamManner) =>
    street.use(await StreamHouse.open(folder, provider, itsManner, besides))
  const begin = async () => {
    const begun = await open(home.folder, manner)
    figures.readyMsMax = Math.max(figures.readyMsMax, begun.readyMs)
    return begun
  }
  const neighbour = home.isShared ? await open(`${home.aside}-neighbour`, 'honest') : null
  let house = await begin()
  const asker = await newAsker(house)
  for (let life = 0; life < lives; life++) {
    const killed = await oneLife(house, asker, life, manner, random)
    figures.kills++
    const atOnce = neighbour !== null && random.chance(0.5)
    const isAlone = neighbour !== null && random.chance(0.5)
    if (isAlone) await judge(neighbour, home, killed, atOnce, figures)
    house = await begin()
    if (!isAlone) await judge(house, home, killed, atOnce, figures)
  }
}

type Killed = { readers: StreamReader[]; heard: Arrivals[]; at: number }

/** Streams of several paces, one that has said nothing yet, and one that waits for another: all under way when the kill comes. */
async function oneLife(
  house: StreamHouse,
  asker: Asker,
  life: number,
  manner: StreamManner,
  random: Random,
): Promise<Killed> {
  const marks = [...[1, 3, 9, 25, 60].map((everyMs) => `fault(slow everyMs=${everyMs})`), 'fault(hang)']
  const readers = marks.map(
    (mark, n) => new StreamReader(asker, `t${life}.${n}`, `m${life}.${n}`, `Roses? ${mark}`),
  )
  const waiting = new StreamReader(asker, `t${life}.0`, `m${life}.waiting`, 'And then?')
  await Promise.all(readers.map((reader) => reader.say(house)))
  await waiting.say(house)
  await wait(manner === 'honest' ? random.int(2_200) : 1_500 + random.int(700))
  await nextToken(random.pick(readers.slice(0, 4)))
  await house.kill()
  const at = performance.now()
  const all = [...readers, waiting]
  await Promise.all(all.map((reader) => reader.over()))
  return { readers: all, heard: all.map((reader) => reader.heard), at }
}

async function nextToken(reader: StreamReader): Promise<void> {
  const before = reader.heard.bytes
  for (let looks = 0; reader.heard.bytes === before && reader.ended === null && looks < 500; looks++)
    await wait(1)
}

/** Whoever resumes at once, at a house that did not answer them, does so while nobody knows yet that the owner is dead. */
async function judge(
  house: StreamHouse,
  home: Dwelling,
  { readers, heard, at }: Killed,
  atOnce: boolean,
  figures: StreamFigures,
): Promise<void> {
  const resumed = atOnce ? readers.map((reader) => reader.resume(house)) : []
  const [open] = await Promise.all([openRuns(home, at, figures), ...resumed])
  figures.open += open
  for (const [n, reader] of readers.entries()) {
    figures.acked++
    const messages = await reader.messages(house)
    const question = messages.find(({ id }) => id === reader.id)
    const reply = messages.find(({ id }) => id === reader.replyId)
    if (question?.text !== reader.said) figures.lost++
    if (!reply) figures.faults.push(`${reader.id} has no answer`)
    if (!reply) continue
    countMissing(heard[n] ?? reader.heard, utf8Bytes(reply.text), at, figures)
    await judgeReply(house, reader, reply, (await resumed[n]) ?? (await reader.resume(house)), figures)
  }
}

async function judgeReply(
  house: StreamHouse,
  reader: StreamReader,
  { status, text }: Seen,
  resumed: string[],
  figures: StreamFigures,
): Promise<void> {
  const fault = (sentence: string) => void figures.faults.push(`${reader.id} ${sentence}`)
  if (status === 'interrupted') figures.interrupted++
  else if (status === 'complete' && text === whole) figures.complete++
  else fault(`is ${status} with ${utf8Bytes(text)} bytes`)
  if (!whole.startsWith(text)) fault('has words that the provider did not say')
  if (resumed.includes('run.rewound')) figures.rewound++
  if (resumed.at(-1) !== 'message.finished' || reader.ended !== status) fault(`resumed to ${resumed.join()}`)
  if (reader.text !== text) fault('is not what whoever resumes has read')
  const again = await reader.sayAgain(house)
  if (again.result !== 'replayed' || again.runId !== reader.runId) fault(`again was ${JSON.stringify(again)}`)
}

/** What was heard up to the kill, against what is there; of that, what was heard in the last second may be missing. */
function countMissing(heard: Arrivals, there: number, at: number, figures: StreamFigures): void {
  const missing = Math.max(0, heard.bytes - there)
  figures.heardBytes += heard.bytes
  figures.missingBytes += missing
  figures.missingBytesMax = Math.max(figures.missingBytesMax, missing)
  figures.missingMsMax = Math.max(figures.missingMsMax, at - (heard.beyond(there) ?? at))
  const heardOfLate = heard.bytes - heard.bytesAt(at - allowedMs)
  if (missing > Math.max(allowedBytes, heardOfLate)) figures.beyondAllowance++
}

/** A house alone ends them all before it opens; where there are others, somebody does when the leases are over. */
async function openRuns(home: Dwelling, killedAt: number, figures: StreamFigures): Promise<number> {
  let open = await home.openRuns()
  while (home.isShared && open > 0 && performance.now() - killedAt < endedMsMax) {
    await wait(20)
    open = await home.openRuns()
  }
  figures.endedMsMax = Math.max(figures.endedMsMax, performance.now() - killedAt)
  return open
}

const nothingYet = (): StreamFigures => ({
  kills: 0,
  acked: 0,
  lost: 0,
  interrupted: 0,
  complete: 0,
  open: 0,
  endedMsMax: 0,
  beyondAllowance: 0,
  missingBytesMax: 0,
  missingMsMax: 0,
  heardBytes: 0,
  missingBytes: 0,
  rewound: 0,
  faults: [],
  readyMsMax: 0,
})
