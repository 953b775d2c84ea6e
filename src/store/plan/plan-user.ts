// What happens to a user.

import type { UserChanged } from '../../core/change.ts'
import type { Draft, Step } from './draft.ts'

type UserField = 'setName' | 'setLanguage' | 'setPersonaOfUser' | 'setPersonaPrompt'

export function planUserChanged(draft: Draft, change: UserChanged): Step {
  const { key, id } = draft.user
  const set = (name: UserField, value: string | null | undefined) => {
    if (value !== undefined) draft.put(name, value, key)
  }
  set('setName', change.name)
  set('setLanguage', change.language)
  set('setPersonaOfUser', change.defaultPersonaId)
  set('setPersonaPrompt', change.personaPrompt)
  return { id, seq: null, forked: false, changeSeq: draft.changeSeq, replayed: false }
}
