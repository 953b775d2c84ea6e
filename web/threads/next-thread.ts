// The conversation that has not begun: its name, made before it can be sent, and who is to answer in it.

import { useCallback, useLayoutEffect, useState } from 'react'
import { keepDraft } from '../chat/draft.ts'
import { client } from '../house.ts'

export type NextThread = {
  id: string
  /** Null: whoever answers when nobody chose. */
  personaId: string | null
  choose: (personaId: string) => void
  /** Words to begin with, there to be changed before they are sent. */
  prompt: (words: string) => void
}

type Next = Pick<NextThread, 'id' | 'personaId'>

/** What the composer of every conversation that has not begun calls its draft. */
const draftKey = 'new'

export function useNextThread(isShown: boolean): NextThread {
  const [next, setNext] = useState<Next>(() => another(null))
  const choose = useCallback((personaId: string) => setNext((next) => ({ ...next, personaId })), [])
  const prompt = useCallback((words: string) => {
    keepDraft(draftKey, words)
    // Under another name its composer is drawn anew, with these words.
    setNext(({ personaId }) => another(personaId))
  }, [])
  // It has begun, or was left: the one after it has a name of its own.
  useLayoutEffect(() => {
    if (!isShown) setNext(another(null))
  }, [isShown])
  return { ...next, choose, prompt }
}

const another = (personaId: string | null): Next => ({ id: client.newId(), personaId })
