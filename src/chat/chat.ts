// What every verb of this room is handed: where things are kept, who may answer, by which model, and the runs that are alive here.

import type { ContextWindow } from '../core/context.ts'
import type { Model } from '../core/model.ts'
import type { PersonaDefinition } from '../core/persona.ts'
import type { Store } from '../core/store.ts'
import type { LiveRuns } from './live.ts'
import type { Pace } from './pace.ts'

export type KnownPersona = { definition: PersonaDefinition; version: string }

export type Chat = {
  readonly store: Store
  readonly model: Model
  /** The first is not special; the default is named in core/persona.ts. */
  readonly personas: readonly KnownPersona[]
  readonly window: ContextWindow
  readonly live: LiveRuns
  /** Names this process as the owner of the runs it starts. */
  readonly owner: string
  readonly now: () => number
  readonly newId: () => string
  /** Left out, the usual one. */
  readonly pace?: Pace
  /** For the operator: what failed where nobody waits for an answer. Never carries a person's words. */
  readonly report: (what: string, fault: unknown) => void
}
