// The clock of the machine jumps an hour forwards and back while people talk: places, ids, changes and answers go on as if it had not.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { says, scriptedModel } from '../../src/model/scripted.ts'
import { threadkeep, type Threadkeep } from '../../src/server.ts'
import { Visitor } from '../http/visitor.ts'
import { whoIsIt } from '../postgres/who-is-it.ts'
import { type Random, randomFrom } from '../random.ts'
import { inspect } from './inspection.ts'

export type ClockFigures = {
  acked: number
  lost: number
  jumps: number
  outOfOrder: number
  /** What the control counts: how many would stand in another place if they stood by their time. */
  outOfOrderByTime: number
  faults: string[]
}

const hourMs = 3_600_000
const jumpsMs = [-hourMs, hourMs]
const people = ['ann', 'ben', 'cleo']

export async function clockJumps({ seed, turns }: { seed: number; turns: number }): Promise<ClockFigures> {
  console.log(`seed ${seed}: a clock that jumps`)
  using clock = new JumpingClock(randomFrom(seed))
  const figures: ClockFigures = {
    acked: 0,
    lost: 0,
    jumps: 0,
    outOfOrder: 0,
    outOfOrderByTime: 0,
    faults: [],
  }
  const data = mkdtempSync(join(tmpdir(), 'threadkeep-clock-'))
  try {
    const said = new Map(people.map((person) => [person, [] as string[]]))
    // Each time the house is opened anew: it may find itself an hour before it was closed.
    for (let opening = 0; opening < 3; opening++) {
      clock.jump()
      await using house = await openHouse(data)
      await Promise.all(
        people.map((person) => talk(house, clock, person, opening, turns, said.get(person) ?? [])),
      )
    }
    await using house = await openHouse(data)
    for (const [person, theirs] of said) await compare(as(house, person), theirs, figures)
    figures.jumps = clock.jumps
    await house.close()
    figures.faults.push(...inspect(join(data, 'threadkeep.db')).faults)
    return figures
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

export class JumpingClock implements Disposable {
  readonly #earnest = Date.now
  readonly #random: Random
  #offMs = 0
  jumps = 0

  constructor(random: Random) {
    this.#random = random
    Date.now = () => this.#earnest() + this.#offMs
  }

  jump(): void {
    this.#offMs += this.#random.pick(jumpsMs)
    this.jumps++
  }

  maybe(): void {
    if (this.#random.chance(0.3)) this.jump()
  }

  [Symbol.dispose](): void {
    Date.now = this.#earnest
  }
}

const openHouse = (data: string): Promise<Threadkeep> => {
  const model = scriptedModel(() => says('Roses grow ', 'by the wall.'))
  return threadkeep({ data, model, log: () => {}, authenticate: whoIsIt })
}

const as = (house: Threadkeep, person: string): Visitor =>
  new Visitor((request) => house.fetch(request), person, person)

async function talk(
  house: Threadkeep,
  clock: JumpingClock,
  person: string,
  opening: number,
  turns: number,
  said: string[],
): Promise<void> {
  const visitor = as(house, person)
  if (opening === 0) await visitor.thread({ id: 't', title: 'Garden' })
  for (let n = 0; n < turns; n++) {
    clock.maybe()
    const text = `${person} says ${opening}.${n}`
    const { status } = await visitor.ask('t', text)
    if (status !== 201) throw new Error(`${text} was answered with ${status}.`)
    said.push(text)
  }
}

async function compare(visitor: Visitor, said: string[], figures: ClockFigures): Promise<void> {
  const messages = await everyMessage(visitor)
  const theirs = messages.filter(({ role }) => role === 'user')
  const texts = theirs.map(({ text }) => text)
  figures.acked += said.length
  figures.lost += said.filter((text) => !texts.includes(text)).length
  figures.outOfOrder += said.filter((text, i) => texts[i] !== text).length
  const byTime = theirs.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt))
  figures.outOfOrderByTime += byTime.filter(({ text }, i) => texts[i] !== text).length
  const ids = messages.map(({ id }) => id)
  if (new Set(ids).size !== ids.length) figures.faults.push(`two messages of ${visitor.user} have one id`)
  const unfinished = messages.filter(({ status }) => status !== 'complete')
  if (unfinished.length > 0) figures.faults.push(`${unfinished.length} answers are not complete`)
}

type Seen = { id: string; role: string; text: string; status: string; createdAt: string }

async function everyMessage(visitor: Visitor): Promise<Seen[]> {
  const all: Seen[] = []
  for (let after = 0; ;) {
    const { body } = await visitor.get(`/v1/threads/t/messages?limit=200&after=${after}`)
    const page = body['messages'] as unknown as (Seen & { seq: number })[]
    all.push(...page)
    if (page.length < 200) return all
    after = page.at(-1)?.seq ?? after
  }
}
