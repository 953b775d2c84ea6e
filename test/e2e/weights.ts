// How heavy a page was at several moments: as lines of a table, and judged whether it stays flat but for the text it holds.

export type Weight = {
  minute: number
  answers: number
  heapBytes: number
  /** Of all answers so far, a character a byte. */
  textBytes: number
  nodes: number
  listeners: number
}

const growthMax = 0.1
const megabyte = 2 ** 20

/** What is not the text itself, held once. */
export const beyondText = ({ heapBytes, textBytes }: Weight): number => heapBytes - textBytes

export function verdictOn(weights: readonly Weight[]): { isFlat: boolean; words: string } {
  const half = weights.slice(Math.floor(weights.length / 2))
  if (half.length < 3) throw new Error('Too few weights to judge by: let it run longer.')
  const heap = growthOf(half, beyondText)
  const nodes = growthOf(half, ({ nodes }) => nodes)
  const isFlat = heap < growthMax && nodes < growthMax
  const words = `In the second half the heap beyond the text grew by ${inPercent(heap)}, the page by ${inPercent(nodes)} of its nodes; flat is below ${inPercent(growthMax)}: ${isFlat ? 'flat' : 'NOT FLAT'}`
  return { isFlat, words }
}

/** Along the line through all of them, as a share of where they began. */
function growthOf(weights: readonly Weight[], valueOf: (weight: Weight) => number): number {
  const values = weights.map(valueOf)
  const minutes = weights.map(({ minute }) => minute)
  const passed = (minutes.at(-1) ?? 0) - (minutes[0] ?? 0)
  return (slopeOf(minutes, values) * passed) / (values[0] ?? 1)
}

/** By least squares: one that came at a bad moment decides nothing. */
function slopeOf(xs: readonly number[], ys: readonly number[]): number {
  const x = meanOf(xs)
  const y = meanOf(ys)
  const across = xs.map((one, index) => (one - x) * ((ys[index] ?? y) - y))
  return sumOf(across) / sumOf(xs.map((one) => (one - x) ** 2))
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
const meanOf = (values: readonly number[]): number => sumOf(values) / values.length

export const headLine = lineOf(['minute', 'answers', 'heap MB', 'text MB', 'beyond MB', 'nodes', 'listeners'])

export const rowOf = (weight: Weight): string =>
  lineOf([
    weight.minute.toFixed(1),
    String(weight.answers),
    inMegabytes(weight.heapBytes),
    inMegabytes(weight.textBytes),
    inMegabytes(beyondText(weight)),
    String(weight.nodes),
    String(weight.listeners),
  ])

function lineOf(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(10)).join('')
}

const inMegabytes = (bytes: number): string => (bytes / megabyte).toFixed(2)

const inPercent = (share: number): string => `${(share * 100).toFixed(1)} %`
