// The short look at a message that was written lately: its words, its place, and the head of its thread.

import type { CanonicalJson } from '../../core/json.ts'
import { roleAt } from '../codes.ts'
import { checksumOf } from '../hash.ts'
import { type Finding, finding } from './finding.ts'

export type NewMessage = {
  user: string
  thread: string
  id: string
  seq: number
  role: number
  text: string
  parts: string | null
  checksum: string | null
  status: number
  lastSeq: number
  isHeadThere: boolean
}

export function* ofNewMessage(row: NewMessage): Generator<Finding> {
  const { user, thread, id, seq, role, text, parts, checksum, status, lastSeq } = row
  const where = { user, thread, message: id }
  const isFinished = status !== 0 && status !== 5
  if (isFinished && checksumOf(roleAt(role), { text, parts: parts as CanonicalJson | null }) !== checksum)
    yield finding('altered_words', `The words of message ${seq} are not those of its checksum.`, where)
  if (seq > lastSeq)
    yield finding('last_seq_drift', `last_seq is ${lastSeq}, and there is a message ${seq}.`, where)
  if (!row.isHeadThere) yield finding('dangling_head', 'The head of the thread is not there.', where)
}
