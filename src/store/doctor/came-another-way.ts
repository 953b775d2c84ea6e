// How a row is known that neither /v1 nor pam.* wrote: each of their commits leaves a change behind, and counts what it adds.

import type { CanonicalJson } from '../../core/json.ts'
import { contentOfParts, type Part } from '../../core/part.ts'
import { textFault } from '../../core/text.ts'

/** Which changes of a user are kept, and so would tell of a row of theirs. */
export type ChangesKept = {
  /** The oldest; null when there is none. */
  from: number | null
  to: number
}

/** Why no commit can have written a row with this change_seq, as a part of a sentence; null when one can. */
export function untold(changeSeq: number, isTold: boolean, { from, to }: ChangesKept): string | null {
  if (changeSeq < 1) return `its change_seq is ${changeSeq}, and the first change of anybody is 1`
  if (changeSeq > to) return `its change_seq is ${changeSeq}, and the changes of its user go up to ${to}`
  if (isTold || from === null || changeSeq < from) return null
  return `no change of its thread tells of it (its change_seq is ${changeSeq})`
}

/** Whether a commit would have kept these words in just this form. */
export function isCanonical(text: string, parts: CanonicalJson | null): boolean {
  if (parts === null) return textFault(text) === null
  const verdict = contentOfParts(parsed(parts) as Part[])
  return verdict.ok && verdict.content.parts === parts && verdict.content.text === text
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (fault) {
    if (fault instanceof SyntaxError) return null // no list of parts, and so not in their form
    throw fault
  }
}
