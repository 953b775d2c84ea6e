// Kills a loaded process again and again, and after each time looks whether everything that it acknowledged is still there, whole and once.
import { setTimeout as wait } from 'node:timers/promises'
import type { Outcome } from '../../src/core/receipt.ts'
import type { Store } from '../../src/core/store.ts'
import { type Random, randomFrom } from '../random.ts'
import { Home } from './home.ts'
import { type Inspection, inspect } from './inspection.ts'
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
    using home = new Home()
    const acked: Turn[] = []
    const lives = Math.min(livesPerFolder, rounds - figures.rounds)
    for (let life = 0; life < lives; life++)
      await oneLife(home, life, asked, lifeMs(random, asked), acked, figures)
  }
  return figures
}

/** A life of the control is short: it loses what is under way, however long it went before. */
function lifeMs(random: Random, { control, fromBirth }: KillsAsked): number {
  if (fromBirth) return random.chance(0.8) ? random.int(10) : random.int(300)
  return 50 + random.int(control ? 250 : 1_450)
}

async function oneLife(
  home: Home,
  life: number,
  { control = false, fromBirth = false }: KillsAsked,
  ms: number,
  acked: Turn[],
  figures: KillFigures,
): Promise<void> {
  await using victim = new Victim(home, life, control ? 'control-early-ack' : 'honest')
  await (fromBirth ? victim.birthOf(home.file) : victim.firstAck())
  await wait(ms)
  const heard = await victim.kill()
  acked.push(...heard)
  const inDoubt = firstUnheard(life, heard)
  const { before, answers } = await comeBack(home, inDoubt, heard.at(-1), figures)
  figures.rounds++
  figures.acked += heard.length
  count(figures, before, acked, inDoubt)
  for (const [turn, outcome] of answers) judge(figures, before, turn, outcome)
  // What was in doubt is answered now, and has to last like everything else.
  if (!control) acked.push(...inDoubt)
}

/** Each writer waits for its answer, so exactly one turn of each may or may not have been kept. */
function firstUnheard(life: number, heard: Turn[]): Turn[] {
  const next = Array.from({ length: writersCount }, () => 0)
  for (const { writer, n } of heard) next[writer] = Math.max(next[writer] ?? 0, n + 1)
  return next.map((n, writer) => ({ life, writer, n }))
}

type Answers = [Turn, Outcome][]

/** Opens what the kill left behind, looks at it, and sends again what nobody had an answer to. */
async function comeBack(
  home: Home,
  inDoubt: Turn[],
  lastHeard: Turn | undefined,
  figures: KillFigures,
): Promise<{ before: Inspection; answers: Answers }> {
  const began = performance.now()
  await using store = await home.open()
  await store.user('user-0')
  figures.readyMsMax = Math.max(figures.readyMsMax, performance.now() - began)
  const before = inspect(home.file)
  const again = lastHeard ? [...inDoubt, lastHeard] : inDoubt
  return { before, answers: await Promise.all(again.map(async (turn) => send(store, turn))) }
}

const send = async (store: Store, turn: Turn): Promise<[Turn, Outcome]> => [
  turn,
  await store.commit(commitOf(turn, Date.now())),
]

function count(
  figures: KillFigures,
  { messages, duplicates, faults }: Inspection,
  acked: Turn[],
  inDoubt: Turn[],
): void {
  const parts = (turn: Turn) =>
    [questionId(turn), answerId(turn)].filter((id) => messages.get(id)?.text === wordsOf(id))
  figures.lost += acked.filter((turn) => parts(turn).length < 2).length
  figures.halves += [...acked, ...inDoubt].filter((turn) => parts(turn).length === 1).length
  figures.unackedPresent += inDoubt.filter((turn) => parts(turn).length === 2).length
  figures.duplicates += duplicates
  figures.faults.push(...faults, ...strangers(messages, [...acked, ...inDoubt]))
}

/** What is there without having been sent. */
function strangers(messages: Inspection['messages'], sent: Turn[]): string[] {
  const known = new Set(sent.flatMap((turn) => [questionId(turn), answerId(turn)]))
  return [...messages.keys()].filter((id) => !known.has(id)).map((id) => `nobody sent "${id}"`)
}

/** A retry finds what is there, and keeps what is not; its receipt names the place of the first time. */
function judge(figures: KillFigures, { messages }: Inspection, turn: Turn, outcome: Outcome): void {
  const there = messages.get(questionId(turn))
  const right =
    outcome.result === (there ? 'replayed' : 'kept') && (!there || outcome.receipt.seq === there.seq)
  if (right) return
  figures.wrongAnswers++
  figures.faults.push(`the retry of ${turnName(turn)} was answered by ${JSON.stringify(outcome)}`)
}

const nothingYet = (): KillFigures => ({
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
