// What waits on this device for somebody who is signed out, as the notice of it draws it.

export type LeftWords = {
  /** What they said and can read here still, oldest first. */
  texts: readonly string[]
  /** Somebody new begins, and what was left is deleted. */
  beginAnew: () => void
}

let left: LeftWords | null = null
const listeners = new Set<() => void>()

export const leftWords = (): LeftWords | null => left

export function onLeftWords(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function showLeftWords(next: LeftWords): void {
  left = next
  for (const listener of listeners) listener()
}
