// What happens to a user.

import type { UserChanged } from '../../core/change.ts'
import type { Draft, Step } from './draft.ts'
import type { Statements } from './statements.ts'

export function planUserChanged(draft: Draft, put: Statements, change: UserChanged): Step {
  const { key, id } = draft.user
  const set = (statement: Statements[keyof Statements], value: string | null | undefined) => {
    if (value !== undefined) draft.writes.push(() => statement.run(value, key))
  }
  set(put.setName, change.name)
  set(put.setLanguage, change.language)
  set(put.setPersonaOfUser, change.defaultPersonaId)
  set(put.setPersonaPrompt, change.personaPrompt)
  return { id, seq: null, forked: false, changeSeq: draft.changeSeq, replayed: false }
}
