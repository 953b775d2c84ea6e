// How far each conversation was read, as far as this device knows, the same in all its tabs: the number of the newest message that was seen.

import { useSyncExternalStore } from 'react'

const prefix = 'threadkeep.read.'
/** Of more than these nothing is said. */
export const positionsMax = 500

/** Told which conversation has been read on. */
export const readListeners = new Set<(threadId: string) => void>()

/** Null: it was never read here. */
export function readTo(threadId: string): number | null {
  const known = localStorage.getItem(prefix + threadId)
  return known === null ? null : Number(known)
}

export const useReadTo = (threadId: string): number | null => useSyncExternalStore(on, () => readTo(threadId))

/** It never goes back: whoever scrolls up has read what is below. */
export function noteRead(threadId: string, seq: number): void {
  const known = readTo(threadId)
  if (known !== null && known >= seq) return
  try {
    localStorage.setItem(prefix + threadId, String(seq))
    if (known === null) forgetSome()
  } catch (fault) {
    // Without room nothing is said to be new.
    if (!(fault instanceof DOMException)) throw fault
  }
  for (const listener of readListeners) listener(threadId)
}

/** Of whoever was here before nothing is left, nor of what they and the house agreed on. */
export function forgetPositions(): void {
  for (const key of Object.keys(localStorage))
    if (/^threadkeep\.(read|agreed)\./.test(key)) localStorage.removeItem(key)
}

function forgetSome(): void {
  for (const key of keys().slice(positionsMax)) localStorage.removeItem(key)
}

const keys = (): string[] => Object.keys(localStorage).filter((key) => key.startsWith(prefix))

function on(listener: () => void): () => void {
  const hear = ({ key }: StorageEvent) => key?.startsWith(prefix) && listener()
  readListeners.add(listener)
  window.addEventListener('storage', hear)
  return () => {
    readListeners.delete(listener)
    window.removeEventListener('storage', hear)
  }
}
