// Kills a loaded process again and again, and after each time looks whether everything that it acknowledged is still there, whole and once.
import { setTimeout as wait } from 'node:timers/promises'
import type { Outcome } from '../../src/core/receipt.ts'
import type { Store } from '../../src/core/store.ts'
import { type Random, randomFrom } from '../random.ts'
import type { Dwelling, OpenDwelling } from './dwelling.ts'
import { Home } from './home.ts'
import type { Inspection } from './inspection.ts'
import { answerId, commitOf, questionId, type Turn, turnName, wordsOf, writersCount } from './turn.ts'
import { Victim } from './victim.ts'

export type KillsAsked = {
  rounds: number
  seed: number
  /** The build that acknowledges too early: it has to lose something, or these rounds prove nothing. */
  control?: boolean
  /** Rounds in one folder, one after the other; then a new one. */
  livesPerFolder?: number
  /** Kills while the process makes its store, or soon after. */
  fromBirth?: boolean
  /** How long a process lives at most after its first acknowledgement. */
  lifeMsMax?: number
  /** A place for a store, new each time; without it a folder. */
  dwelling?: OpenDwelling
}

export type KillFigures = {
  rounds: number
  acked: number
  lost: number
  halves: number
  /** Kept, and killed before anybody heard of it: allowed, and found again by a retry. */
  unackedPresent: number
  duplicates: number
  /** Retries after the kill that were not answered as the clause "once" wants it. */
  wrongAnswers: number
  /** Each a sentence; anything that does not add up. */
  faults: string[]
  readyMsMax: number
}

export const noLoss = (figures: KillFigures): boolean =>
  figures.lost + figures.halves + figures.duplicates + figures.wrongAnswers + figures.faults.length === 0

export async function killRounds(asked: KillsAsked): Promise<KillFigures> {
  const { rounds, livesPerFolder = 4 } = asked
  const random = randomFrom(asked.seed)
  console.log(`seed ${asked.seed}: ${rounds} kills${asked.control ? ' of the control' : ''}`)
  const figures = nothingYet()
  while (figures.rounds < rounds) {
    await using home = await (asked.dwelling?.() ?? new Home())
    const acked: Turn[] = []
    const lives = Math.min(livesPerFolder, rounds - figures.rounds)
    for (let life = 0; life < lives; life++) await oneLife(home, life, asked, random, acked, figures)
  }
  return figures
}

/** A life of the control is short: it loses what is under way, however long it went before. */
function lifeMs(random: Random, { control, fromBirth, lifeMsMax = 1_500 }: KillsAsked): number {
  if (fromBirth) return random.chance(0.8) ? random.int(10) : random.int(300)
  return 50 + random.int((control ? 300 : lifeMsMax) - 50)
}

async function oneLife(
  home: Dwelling,
  life: number,
  asked: KillsAsked,
  random: Random,
  acked: Turn[],
  figures: KillFigures,
): Promise<void> {
  const { control = false } = asked
  const { heard, early } = await lived(home, life, asked, random)
  await lookOver(home, life, heard, control, acked, figures, early)
}

/** Until it was killed; with what a neighbour was answered at once, which may meet what the database still carries out for the dead. */
async function lived(
  home: Dwelling,
  life: number,
  asked: KillsAsked,
  random: Random,
): Promise<{ heard: Turn[]; early: Answers }> {
  const { control = false, fromBirth = false } = asked
  const ms = lifeMs(random, asked)
  const hasNeighbour = home.isShared && !control && random.chance(0.5)
  await using neighbour = hasNeighbour ? await home.openBeside?.() : undefined
  await using victim = new Victim(home, life, control ? 'control-early-ack' : 'honest')
  await (fromBirth ? victim.birthOf(home.address) : victim.firstAck())
  await wait(ms)
  const heard = await victim.kill()
  return { heard, early: neighbour ? await sendAll(neighbour, unsure(life, heard)) : [] }
}

/** Opens what is left, and counts what of all that was ever acknowledged here is not there as it was. */
export async function lookOver(
  home: Dwelling,
  life: number,
  heard: Turn[],
  control: boolean,
  acked: Turn[],
  figures: KillFigures,
  early: Answers = [],
): Promise<void> {
  acked.push(...heard)
  const inDoubt = firstUnheard(life, heard)
  const wasEarly = early.length > 0
  const { found, answers } = await comeBack(home, wasEarly ? [] : unsure(life, heard), figures)
  figures.rounds++
  figures.acked += heard.length
  count(figures, found, acked, inDoubt)
  const lastHeard = heard.at(-1)
  for (const [turn, outcome] of [...early, ...answers]) {
    const isInDoubt = turn !== lastHeard
    if (isInDoubt && outcome.result === 'replayed') figures.unackedPresent++
    judge(figures, found, turn, outcome, isInDoubt && wasEarly)
  }
  // What was in doubt is answered now, and has to last like everything else.
  if (!control) acked.push(...inDoubt)
}

/** What is sent again: all that is in doubt, and one that is not. */
const unsure = (life: number, heard: Turn[]): Turn[] => [...firstUnheard(life, heard), ...heard.slice(-1)]

/** Each writer waits for its answer, so exactly one turn of each may or may not have been kept. */
function firstUnheard(life: number, heard: Turn[]): Turn[] {
  const next = Array.from({ length: writersCount }, () => 0)
  for (const { writer, n } of heard) next[writer] = Math.max(next[writer] ?? 0, n + 1)
  return next.map((n, writer) => ({ life, writer, n }))
}

type Answers = [Turn, Outcome][]

/** Opens what the kill left behind, looks at it, and sends again what nobody had an answer to. */
async function comeBack(
  home: Dwelling,
  again: Turn[],
  figures: KillFigures,
): Promise<{ found: Inspection; answers: Answers }> {
  await home.atRest()
  const began = performance.now()
  await using store = await home.open()
  await store.user('user-0')
  figures.readyMsMax = Math.max(figures.readyMsMax, performance.now() - began)
  const found = await home.inspect()
  return { found, answers: await sendAll(store, again) }
}

const sendAll = (store: Store, turns: Turn[]): Promise<Answers> =>
  Promise.all(turns.map(async (turn) => [turn, await store.commit(commitOf(turn, Date.now()))]))

function count(figures: KillFigures, found: Inspection, acked: Turn[], inDoubt: Turn[]): void {
  const sent = [...acked, ...inDoubt]
  figures.lost += acked.filter((turn) => partsOf(found, turn) < 2).length
  figures.halves += sent.filter((turn) => partsOf(found, turn) === 1).length
  figures.duplicates += found.duplicates
  figures.faults.push(...found.faults, ...strangers(found.messages, sent))
}

/** How much of a turn is there as it was sent: nothing, a half, or both. */
const partsOf = ({ messages }: Inspection, turn: Turn): number =>
  [questionId(turn), answerId(turn)].filter((id) => messages.get(id)?.text === wordsOf(id)).length

/** What is there without having been sent. */
function strangers(messages: Inspection['messages'], sent: Turn[]): string[] {
  const known = new Set(sent.flatMap((turn) => [questionId(turn), answerId(turn)]))
  return [...messages.keys()].filter((id) => !known.has(id)).map((id) => `nobody sent "${id}"`)
}

/**
 * A retry finds what is there, and keeps what is not; its receipt names the place of the first time. Which of both it was cannot be told
 * of one that was sent to a neighbour before anybody had looked.
 */
function judge(
  figures: KillFigures,
  { messages }: Inspection,
  turn: Turn,
  outcome: Outcome,
  either: boolean,
): void {
  const there = messages.get(questionId(turn))
  const isExpected = either
    ? outcome.result === 'kept' || outcome.result === 'replayed'
    : outcome.result === (there ? 'replayed' : 'kept')
  if (isExpected && 'receipt' in outcome && (there ? outcome.receipt.seq === there.seq : !either)) return
  figures.wrongAnswers++
  figures.faults.push(`the retry of ${turnName(turn)} was answered by ${JSON.stringify(outcome)}`)
}

export const nothingYet = (): KillFigures => ({
  rounds: 0,
  acked: 0,
  lost: 0,
  halves: 0,
  unackedPresent: 0,
  duplicates: 0,
  wrongAnswers: 0,
  faults: [],
  readyMsMax: 0,
})
