// What was measured as a table to read: each line with its floor, its aim, and the verdict in words.

import { median, quantile } from './rounds.ts'

export type Line = {
  what: string
  ours: string
  raw: string
  /** What is judged, once a round; empty when it could not be measured. */
  judged: number[]
  unit: 'x' | 'ms'
  /** `more`: the floor is the least that will do. `less`: the most. */
  better: 'more' | 'less'
  /** Left out where a line only explains its neighbour. */
  bounds?: { floor: number; aim?: number }
  note?: string
}

export type Verdict = 'aim met' | 'floor met' | 'BELOW FLOOR' | 'not measured' | ''

export function verdictOf({ judged, better, bounds }: Line): Verdict {
  if (judged.length === 0) return 'not measured'
  if (!bounds) return ''
  const value = median(judged)
  const reaches = (bound: number) => (better === 'more' ? value >= bound : value <= bound)
  if (bounds.aim !== undefined && reaches(bounds.aim)) return 'aim met'
  return reaches(bounds.floor) ? 'floor met' : 'BELOW FLOOR'
}

const heads = ['row', 'ours', 'raw', 'ratio', 'spread', 'floor', 'aim', 'verdict']

/** Markdown, with columns that also stand straight in a terminal. */
export function tableOf(lines: readonly Line[]): string {
  const rows = [heads, ...lines.map(cellsOf)]
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const printed = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`)
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  const notes = lines.flatMap(({ what, note }) => (note === undefined ? [] : [`- ${what}: ${note}`]))
  return [printed[0], rule, ...printed.slice(1), '', ...notes].join('\n')
}

function cellsOf(line: Line): string[] {
  const { what, ours, raw, judged, unit, better, bounds } = line
  const show = (value: number) => (unit === 'x' ? `${value.toFixed(2)}x` : `${value.toFixed(1)} ms`)
  const bound = (value: number | undefined) =>
    value === undefined ? '' : `${better === 'more' ? '>=' : '<='} ${show(value)}`
  const value = judged.length === 0 ? '' : show(median(judged))
  const spread = judged.length < 2 ? '' : `${show(quantile(judged, 0))} to ${show(quantile(judged, 1))}`
  return [what, ours, raw, value, spread, bound(bounds?.floor), bound(bounds?.aim), verdictOf(line)]
}

export const count = (value: number): string => Math.round(value).toLocaleString('en-US')
export const perSecond = (values: readonly number[], what: string): string =>
  `${count(median(values))} ${what}/s`
export const micros = (values: readonly number[]): string => `${count(median(values) * 1000)} µs`
