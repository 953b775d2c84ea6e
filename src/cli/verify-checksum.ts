// The checksum of a message, by the published rule (docs/data-model.md), from what a door gives of it.

import { hash } from 'node:crypto'
import type { Message } from '../client/client.ts'
import { checksumText } from '../core/checksum.ts'
import { contentOfParts } from '../core/part.ts'
import { utf8Bytes } from '../core/text.ts'
import { holds } from './verify-step.ts'

export function checksumOf({ role, text, parts }: Pick<Message, 'role' | 'text' | 'parts'>): string {
  const verdict = parts ? contentOfParts(parts) : { ok: true as const, content: { text, parts: null } }
  holds(verdict.ok, 'A message has parts that nobody can keep.')
  return hash('sha256', checksumText(role, verdict.content, utf8Bytes)).slice(0, 32)
}
