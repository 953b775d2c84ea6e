// One thing said in a thread, as it is read back: immutable once it is finished.

import type { CanonicalJson } from './json.ts'
import type { Part } from './part.ts'

export const roles = ['user', 'assistant', 'system', 'tool'] as const
export type Role = (typeof roles)[number]

export const messageStatuses = ['pending', 'complete', 'stopped', 'failed', 'interrupted', 'deleted'] as const
export type MessageStatus = (typeof messageStatuses)[number]

/** What people put on a message later, beside it and never in it. */
export const markNames = ['pin', 'thumb', 'note', 'tag'] as const
export type MarkName = (typeof markNames)[number]
export type Marks = { [M in MarkName]?: unknown }

/** How a message ends. A stream without its end is never `complete`. */
export type FinishedStatus = Exclude<MessageStatus, 'pending' | 'deleted'>

/** `ai` is what several older systems call the assistant. */
export function roleOf(name: string): Role | null {
  if (name === 'ai') return 'assistant'
  return roles.find((role) => role === name) ?? null
}

export type Siblings = { index: number; count: number; ids: string[] }

export type Message = {
  id: string
  threadId: string
  seq: number
  parentId: string | null
  role: Role
  status: MessageStatus
  text: string
  /** Left out when the content is exactly one text part. */
  parts?: Part[]
  personaId: string | null
  personaVersion: string | null
  sessionId: string | null
  runId: string | null
  siblings: Siblings
  provider: string | null
  model: string | null
  usage: unknown
  tag: string | null
  intent: string | null
  confidence: number | null
  entities: unknown
  sources: unknown
  metadata: unknown
  origin: string | null
  marks: Marks
  createdAt: number
  finishedAt: number | null
}

/** What somebody may say about a message besides its words; part of what makes a retry "the same". */
export type MessageNotes = {
  tag?: string | null
  intent?: string | null
  /** Between 0 and 1; kept in hundredths. */
  confidence?: number | null
  entities?: CanonicalJson | null
  sources?: CanonicalJson | null
  metadata?: CanonicalJson | null
}

/** Confidence is kept in hundredths, so that both engines hold the same number. */
export const hundredths = (confidence: number): number => Math.round(confidence * 100)
