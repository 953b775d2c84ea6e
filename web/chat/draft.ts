// What somebody has begun to write, a draft a thread: as it stood when the page was left, and the same in every tab.

const prefix = 'threadkeep.draft.'
/** What of it the house has too, as far as is known. */
export const agreedPrefix = 'threadkeep.agreed.'
const writeMs = 300

/** Told whose draft has been changed here. */
export const draftListeners = new Set<(threadId: string) => void>()

const waiting = new Map<string, string>()
let timer: ReturnType<typeof setTimeout> | undefined

export const draftOf = (threadId: string): string =>
  waiting.get(threadId) ?? localStorage.getItem(prefix + threadId) ?? ''

/** Written down a moment later, so that no key waits for the storage; and at once when the page is left. */
export function keepDraft(threadId: string, text: string): void {
  waiting.set(threadId, text)
  for (const listener of draftListeners) listener(threadId)
  timer ??= setTimeout(writeDrafts, writeMs)
}

/** They are safe as a message now. What was written since stays. */
export function dropDraft(threadId: string, said: string): void {
  if (draftOf(threadId) !== said) return
  keepDraft(threadId, '')
  writeDrafts()
}

/** As it was left on another device, and heard here like the word of another tab. */
export function takeDraft(threadId: string, text: string): void {
  waiting.set(threadId, text)
  writeDrafts()
  window.dispatchEvent(new StorageEvent('storage', { key: prefix + threadId, newValue: text }))
}

/** Storage that is full keeps no drafts: what stands in the box is not lost by that. */
export function writeDrafts(): void {
  clearTimeout(timer)
  timer = undefined
  try {
    for (const [threadId, text] of waiting) {
      if (text === '') localStorage.removeItem(prefix + threadId)
      else localStorage.setItem(prefix + threadId, text)
    }
    waiting.clear()
  } catch (fault) {
    if (!(fault instanceof DOMException)) throw fault
  }
}

/** Somebody else is here now. */
export function forgetDrafts(): void {
  waiting.clear()
  const isTheirs = (key: string) => key.startsWith(prefix) || key.startsWith(agreedPrefix)
  for (const key of Object.keys(localStorage).filter(isTheirs)) localStorage.removeItem(key)
}

/** Written in another tab, and not over what was written here a moment ago. Until the returned function is called. */
export function onDraft(threadId: string, hear: (text: string) => void): () => void {
  const listen = ({ key, newValue }: StorageEvent) => {
    if (key === prefix + threadId && !waiting.has(threadId)) hear(newValue ?? '')
  }
  window.addEventListener('storage', listen)
  return () => window.removeEventListener('storage', listen)
}

globalThis.window?.addEventListener('pagehide', writeDrafts)
