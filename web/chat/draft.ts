// What somebody has begun to write, a draft a thread, as it stood when the page was left.

const prefix = 'threadkeep.draft.'
const writeMs = 300

const waiting = new Map<string, string>()
let timer: ReturnType<typeof setTimeout> | undefined

export const draftOf = (threadId: string): string =>
  waiting.get(threadId) ?? localStorage.getItem(prefix + threadId) ?? ''

/** Written down a moment later, so that no key waits for the storage; and at once when the page is left. */
export function keepDraft(threadId: string, text: string): void {
  waiting.set(threadId, text)
  timer ??= setTimeout(writeDrafts, writeMs)
}

export function writeDrafts(): void {
  clearTimeout(timer)
  timer = undefined
  for (const [threadId, text] of waiting) {
    if (text === '') localStorage.removeItem(prefix + threadId)
    else localStorage.setItem(prefix + threadId, text)
  }
  waiting.clear()
}

globalThis.window?.addEventListener('pagehide', writeDrafts)
