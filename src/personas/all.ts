// The list of who may answer, in the order in which a person chooses among them.

import type { PersonaDefinition } from '../core/persona.ts'
import { calmMature } from './calm-mature.ts'
import { dominant } from './dominant.ts'
import { flirtatious } from './flirtatious.ts'
import { sweetSupportive } from './sweet-supportive.ts'

export const personas: readonly PersonaDefinition[] = [sweetSupportive, flirtatious, dominant, calmMature]
