// The conversation that has not begun: its name, made before it can be sent, and who is to answer in it.

import { useCallback, useLayoutEffect, useState } from 'react'
import { draftOf, keepDraft, writeDrafts } from '../chat/draft.ts'
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

const key = 'threadkeep.next'

export function useNextThread(isShown: boolean): NextThread {
  const [next, setNext] = useState<Next>(() => ({ id: takenOver(), personaId: null }))
  const choose = useCallback((personaId: string) => setNext((next) => ({ ...next, personaId })), [])
  const prompt = useCallback((words: string) => {
    // Under another name its composer is drawn anew, with these words.
    const id = named()
    keepDraft(id, words)
    setNext(({ personaId }) => ({ id, personaId }))
  }, [])
  // It has begun, or was left: the one after it has a name of its own, and the words that were not sent.
  useLayoutEffect(() => {
    if (!isShown) setNext(({ id }) => ({ id: heirOf(id), personaId: null }))
  }, [isShown])
  return { ...next, choose, prompt }
}

/** What was begun to be written goes on after a reload; a new tab begins with a copy of it. */
function takenOver(): string {
  const own = sessionStorage.getItem(key)
  if (own !== null) return heirOf(own)
  const other = localStorage.getItem(key)
  const id = named()
  if (other !== null) keepDraft(id, draftOf(other))
  return id
}

function heirOf(before: string): string {
  const id = named()
  keepDraft(id, draftOf(before))
  keepDraft(before, '')
  writeDrafts()
  return id
}

function named(): string {
  const id = client.newId()
  sessionStorage.setItem(key, id)
  localStorage.setItem(key, id)
  return id
}
