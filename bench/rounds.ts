// Fair turns: every round measures each way once, the order turns about, the first round only warms up, and ratios are taken inside
// a round and nowhere else.

import { must } from '../src/core/assert.ts'

/** Measures once and says what it measured: a time, or a rate. */
export type Way = () => number | Promise<number>

/** One list of figures for each way, in the order of the ways; figures of one index belong to one round. */
export async function takeTurns(ways: readonly Way[], rounds: number): Promise<number[][]> {
  const figures: number[][] = ways.map(() => [])
  const turns = ways.map((way, i) => ({ way, figures: must(figures[i], 'each way has its figures') }))
  for (let round = -1; round < rounds; round++) {
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
      const figure = await turn.way()
      if (round >= 0) turn.figures.push(figure)
    }
  }
  return figures
}

/** Ours over raw, round by round. */
export const ratios = (ours: readonly number[], raw: readonly number[]): number[] =>
  ours.map((figure, round) => figure / must(raw[round], 'each round measured both'))

export const median = (figures: readonly number[]): number => quantile(figures, 0.5)

export function quantile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const low = must(sorted[Math.floor(place)], 'a quantile needs figures')
  const high = must(sorted[Math.ceil(place)], 'a quantile needs figures')
  return low + (high - low) * (place - Math.floor(place))
}

/** Milliseconds, as they pass on the wall. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/**
 * Two pieces of work that are short: measured in many small blocks, turn and turn about, so that what the machine does besides
 * falls on both alike. Each answer is ms for all its blocks together.
 */
export async function inBlocks(
  blocks: number,
  ours: () => unknown,
  raw: () => unknown,
): Promise<[number, number]> {
  let [oursMs, rawMs] = [0, 0]
  for (let block = 0; block < blocks; block++) {
    if (block % 2 === 0) oursMs += await timed(ours)
    rawMs += await timed(raw)
    if (block % 2 === 1) oursMs += await timed(ours)
  }
  return [oursMs, rawMs]
}
