// How commits and their outcomes cross between threads: as flat lists, which cost a fraction of what nested objects cost to copy.

import type { PreparedChange, PreparedCommit, PreparedSaid } from '../../core/prepared.ts'
import type { Durability, Kept, Outcome } from '../../core/receipt.ts'
import type { Fault } from './fault.ts'
import type { Settled } from './writer.ts'

type Cell = string | number | boolean | null | undefined

/** Nothing but cells for the everyday change; any other travels as it is. */
export type PackedCommit = [ticket: number, user: string, at: number, ...changes: (Cell[] | PreparedChange)[]]

const saidFields = [
  'threadId', 'id', 'role', 'text', 'parts', 'checksum', 'parentId', 'expectedHead', 'personaId', 'personaVersion', 'model',
  'provider', 'usage', 'origin', 'format', 'tag', 'intent', 'confidence', 'entities', 'sources', 'metadata',
] as const satisfies (keyof PreparedSaid)[] // prettier-ignore

// Fails to compile when a field of a message is forgotten here.
type Forgotten = Exclude<keyof PreparedSaid, 'kind' | (typeof saidFields)[number]>
const nothingForgotten: Forgotten extends never ? true : never = true
void nothingForgotten

export function packCommit(ticket: number, { user, at, changes }: PreparedCommit): PackedCommit {
  return [
    ticket,
    user,
    at,
    ...changes.map((change) => (change.kind === 'message.said' ? packSaid(change) : change)),
  ]
}

export function unpackCommit([, user, at, ...changes]: PackedCommit): PreparedCommit {
  return { user, at, changes: changes.map((change) => (Array.isArray(change) ? unpackSaid(change) : change)) }
}

const packSaid = (change: PreparedSaid): Cell[] => saidFields.map((field) => change[field])

/** A field that was left out is left out again: whether a parent was named is part of the meaning. */
function unpackSaid(cells: Cell[]): PreparedSaid {
  const change: Record<string, Cell> = { kind: 'message.said' }
  for (let i = 0; i < saidFields.length; i++) {
    const cell = cells[i]
    const field = saidFields[i]
    if (cell !== undefined && field !== undefined) change[field] = cell
  }
  return change as unknown as PreparedSaid
}

/** One list for the whole batch: each kept outcome is `keptCells` cells behind its ticket, any other one object behind it. */
export type PackedOutcomes = (Cell | Exclude<Outcome, Kept> | Fault)[]

const keptCells = 12

export function packOutcomes(settled: readonly [ticket: number, settled: Settled][]): PackedOutcomes {
  const cells: PackedOutcomes = []
  for (const [ticket, outcome] of settled) {
    cells.push(ticket)
    if ('receipt' in outcome) packKept(cells, outcome)
    else cells.push(outcome)
  }
  return cells
}

function packKept(cells: PackedOutcomes, { receipt, threadId, run }: Kept): void {
  const { id, seq, changeSeq, result, forked, headId } = receipt
  cells.push(result, id, seq, changeSeq, forked, headId, threadId)
  if (run) cells.push(run.runId, run.replyId, run.replySeq, run.attempt, run.epoch)
  else cells.push(null, null, null, null, null)
}

export function* unpackOutcomes(
  cells: PackedOutcomes,
  position: string,
  durability: Durability,
): Generator<[ticket: number, settled: Settled]> {
  for (let i = 0; i < cells.length;) {
    const ticket = cells[i] as number
    const next = cells[i + 1]
    if (typeof next === 'object' && next !== null) {
      yield [ticket, next]
      i += 2
      continue
    }
    yield [ticket, unpackKept(cells, i + 1, position, durability)]
    i += 1 + keptCells
  }
}

function unpackKept(cells: PackedOutcomes, at: number, position: string, durability: Durability): Kept {
  const result = cells[at] as 'kept' | 'replayed'
  const runId = cells[at + 7] as string | null
  return {
    result,
    receipt: {
      id: cells[at + 1] as string,
      seq: cells[at + 2] as number | null,
      changeSeq: cells[at + 3] as number,
      position,
      durability,
      result,
      forked: cells[at + 4] as boolean,
      headId: cells[at + 5] as string | null,
    },
    threadId: cells[at + 6] as string | null,
    run:
      runId === null
        ? null
        : {
            runId,
            replyId: cells[at + 8] as string,
            replySeq: cells[at + 9] as number,
            attempt: cells[at + 10] as number,
            epoch: cells[at + 11] as number,
          },
  }
}
