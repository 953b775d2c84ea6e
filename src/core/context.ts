// What the model is given for one answer, and the receipt that says afterwards what it saw and what was left out.

import type { PersonaDefinition } from './persona.ts'
import type { Message } from './message.ts'
import type { ModelMessage } from './model.ts'

export type ContextWindow = { messages: number; bytes: number }

export type ContextAsked = {
  persona: PersonaDefinition
  personaVersion: string
  /** The user's own words about how they want to be answered. */
  personaPrompt: string | null
  language: string
  /** The branch up to and with the message that is answered, oldest first; may be longer than the window. */
  branch: readonly Message[]
  /** How many messages of the branch lie before the first of `branch`. */
  earlier: number
  window: ContextWindow
}

export type LeftOut = { reason: 'window' | 'bytes' | 'deleted' | 'empty'; count: number }

export type ContextReceipt = {
  version: 1
  personaId: string
  personaVersion: string
  personaPrompt: boolean
  language: string
  messageIds: string[]
  leftOut: LeftOut[]
  /** Estimated from bytes, and marked so. */
  tokens: { estimated: true; count: number }
}

export type Context = { instructions: string; messages: ModelMessage[]; receipt: ContextReceipt }
