// Whole houses side by side on one database, each with connections, doors and a folder of its own, as nodes behind a balancer stand.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Pace, usualPace } from '../../src/chat/pace.ts'
import type { LogLine } from '../../src/http/doors.ts'
import { says, type Script, type ScriptedModel, scriptedModel } from '../../src/model/scripted.ts'
import { type Embedding, threadkeep, type Threadkeep } from '../../src/server.ts'
import { Visitor } from '../http/visitor.ts'
import type { FreshDatabase } from './database.ts'
import { migratedDatabase, settingsFor } from './whole-house.ts'
import { whoIsIt } from './who-is-it.ts'

export type Neighbour = AsyncDisposable & {
  readonly keep: Threadkeep
  readonly model: ScriptedModel
  readonly logs: LogLine[]
  /** Somebody, with a credential that every node knows. */
  readonly as: (user: string) => Visitor
}

type NodeAsked = { script?: Script; pace?: Partial<Pace> } & Omit<Embedding, 'pace' | 'model'>

/** Everything sooner, for tests of what takes half a minute in earnest. */
export const hasty: Pace = { leaseMs: 1_200, renewMs: 300, sweepMs: 400, stopPollMs: 100, followPollMs: 50 }

export class Neighbourhood implements AsyncDisposable {
  readonly database: FreshDatabase
  readonly #open = new AsyncDisposableStack()

  constructor(database: FreshDatabase) {
    this.database = database
  }

  async node({ script, pace, ...more }: NodeAsked = {}): Promise<Neighbour> {
    const folder = mkdtempSync(join(tmpdir(), 'threadkeep-node-'))
    this.#open.defer(() => rmSync(folder, { recursive: true, force: true }))
    const model = scriptedModel(script ?? (() => says('Roses grow ', 'by the wall.')))
    const logs: LogLine[] = []
    const log = (line: LogLine) => void logs.push(line)
    const settings = { ...settingsFor(this.database, folder), model, log, authenticate: whoIsIt }
    const keep = await threadkeep({ ...settings, pace: { ...usualPace, ...pace }, ...more })
    const dispose = async () => {
      for (const run of keep.chat.live.all()) run.stop('shutdown')
      await keep.close()
    }
    this.#open.defer(dispose)
    const as = (user: string) => new Visitor((request) => keep.fetch(request), user, user)
    return { keep, model, logs, as, [Symbol.asyncDispose]: dispose }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open[Symbol.asyncDispose]()
    await this.database.drop()
  }
}

export const neighbourhood = async (): Promise<Neighbourhood> => new Neighbourhood(await migratedDatabase())

/** Several nodes of one kind; `b` is the second, where there is one. */
export async function openNodes(count: number, asked: NodeAsked = {}) {
  const street = await neighbourhood()
  const a = await street.node(asked)
  const nodes = [a]
  while (nodes.length < count) nodes.push(await street.node(asked))
  return { street, nodes, a, b: nodes[1] ?? a, [Symbol.asyncDispose]: () => street[Symbol.asyncDispose]() }
}
