// Kills the whole house while answers stream out of it, and looks after each restart what of them is there: every message, every word but
// the last second or 2 KiB, and an end for every run.
import { setTimeout as wait } from 'node:timers/promises'
import { must } from '../../src/core/assert.ts'
import { utf8Bytes } from '../../src/core/text.ts'
import { openReading } from '../../src/store/sqlite/connection.ts'
import { greeting } from '../fake-provider/answer.ts'
import { FakeProvider } from '../fake-provider/fake-provider.ts'
import { type Random, randomFrom } from '../random.ts'
import { Home } from './home.ts'
import { StreamHouse, type StreamManner } from './stream-house.ts'
import { type Asker, newAsker, type Seen, StreamReader } from './stream-reader.ts'

export type StreamKillsAsked = {
  kills: number
  seed: number
  /** The build that writes an answer down only at its end: it has to lose more than is allowed. */
  control?: boolean
  /** Houses that are killed side by side. */
  lanes?: number
}

export type StreamFigures = {
  kills: number
  /** Messages that were acknowledged. */
  acked: number
  lost: number
  /** Answers that were cut by a kill, and those that ended before it. */
  interrupted: number
  complete: number
  /** Runs without an end after the restart. */
  open: number
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

export const streamsHeld = ({ lost, open, beyondAllowance, faults }: StreamFigures): boolean =>
  lost + open + beyondAllowance + faults.length === 0

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
    shares.map((lives, lane) =>
      killAgainAndAgain(lives, randomFrom(seed + lane), provider.url, manner, figures),
    ),
  )
  return figures
}

async function killAgainAndAgain(
  lives: number,
  random: Random,
  provider: string,
  manner: StreamManner,
  figures: StreamFigures,
): Promise<void> {
  using home = new Home()
  let asker: Asker | null = null
  let before: Killed | null = null
  for (let life = 0; life <= lives; life++) {
    await using house = await StreamHouse.open(home.folder, provider, manner)
    figures.readyMsMax = Math.max(figures.readyMsMax, house.readyMs)
    if (before) await judge(house, home, before, figures)
    if (life === lives) return
    asker ??= await newAsker(house)
    before = await oneLife(house, asker, life, manner, random)
    figures.kills++
  }
}

type Killed = { readers: StreamReader[]; at: number }

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
  await Promise.all([...readers, waiting].map((reader) => reader.over()))
  return { readers: [...readers, waiting], at }
}

async function nextToken(reader: StreamReader): Promise<void> {
  const before = reader.bytes
  for (let looks = 0; reader.bytes === before && reader.ended === null && looks < 500; looks++) await wait(1)
}

async function judge(
  house: StreamHouse,
  home: Home,
  { readers, at }: Killed,
  figures: StreamFigures,
): Promise<void> {
  figures.open += openRuns(home)
  for (const reader of readers) {
    figures.acked++
    const messages = await reader.messages(house)
    const question = messages.find(({ id }) => id === reader.id)
    const reply = messages.find(({ id }) => id === reader.replyId)
    if (question?.text !== reader.said) figures.lost++
    if (reply) await judgeReply(house, reader, reply, at, figures)
    else figures.faults.push(`${reader.id} has no answer`)
  }
}

async function judgeReply(
  house: StreamHouse,
  reader: StreamReader,
  { status, text }: Seen,
  at: number,
  figures: StreamFigures,
): Promise<void> {
  const fault = (sentence: string) => void figures.faults.push(`${reader.id} ${sentence}`)
  if (status === 'interrupted') figures.interrupted++
  else if (status === 'complete' && text === whole) figures.complete++
  else fault(`is ${status} with ${utf8Bytes(text)} bytes`)
  if (!whole.startsWith(text)) fault('has words that the provider did not say')
  countMissing(reader, utf8Bytes(text), at, figures)
  const names = await reader.resume(house)
  if (names.includes('run.rewound')) figures.rewound++
  if (names.at(-1) !== 'message.finished' || reader.ended !== status) fault(`resumed to ${names.join()}`)
  if (reader.text !== text) fault('is not what whoever resumes has read')
  const again = await reader.sayAgain(house)
  if (again.result !== 'replayed' || again.runId !== reader.runId) fault(`again was ${JSON.stringify(again)}`)
}

/** What was heard up to the kill, against what is there; of that, what was heard in the last second may be missing. */
function countMissing(reader: StreamReader, there: number, at: number, figures: StreamFigures): void {
  const heard = reader.bytes
  const missing = Math.max(0, heard - there)
  figures.heardBytes += heard
  figures.missingBytes += missing
  figures.missingBytesMax = Math.max(figures.missingBytesMax, missing)
  figures.missingMsMax = Math.max(figures.missingMsMax, at - (reader.arrivedBeyond(there) ?? at))
  const heardOfLate = heard - reader.bytesAt(at - allowedMs)
  if (missing > Math.max(allowedBytes, heardOfLate)) figures.beyondAllowance++
}

function openRuns(home: Home): number {
  using db = openReading(home.file)
  const row = must(
    db.prepare('SELECT count(*) AS open FROM runs WHERE status = 0').get(),
    'a count has a row',
  )
  return Number(row['open'])
}

const nothingYet = (): StreamFigures => ({
  kills: 0,
  acked: 0,
  lost: 0,
  interrupted: 0,
  complete: 0,
  open: 0,
  beyondAllowance: 0,
  missingBytesMax: 0,
  missingMsMax: 0,
  heardBytes: 0,
  missingBytes: 0,
  rewound: 0,
  faults: [],
  readyMsMax: 0,
})
