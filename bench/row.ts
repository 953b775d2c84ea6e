// What a row of the bench is asked, and what it answers.

import type { Line } from './table.ts'

export type Asked = {
  /** A temporary folder of this row's own. */
  folder: string
  rounds: number
  /** Fewer rounds and smaller worlds: for a look, not for a claim. */
  quick: boolean
  /** The largest worlds too, which take longer. */
  full: boolean
}
export type Row = (asked: Asked) => Promise<Line[]>
