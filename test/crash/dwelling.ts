// Where a store lives that is treated roughly: what a process to be killed is told of it, and how a test looks at it past that process.
import type { Store } from '../../src/core/store.ts'
import type { Inspection } from './inspection.ts'

export type Dwelling = {
  /** A file, or the address of a database. */
  readonly address: string
  /** The data folder of the process that is killed. */
  readonly folder: string
  /** Beside the data folder. */
  readonly aside: string
  /** What a whole house is told of it, as settings of its environment. */
  readonly settings: Record<string, string>
  /** Others may be in it at the same time. */
  readonly isShared: boolean
  open(): Promise<Store>
  /** As another node, where the store is shared. */
  openBeside?(): Promise<Store>
  inspect(): Promise<Inspection>
  openRuns(): Promise<number>
  /** Resolves when nothing is carried out any more that the dead had asked for. */
  atRest(): Promise<void>
}

export type OpenDwelling = () => Promise<Dwelling & AsyncDisposable>
