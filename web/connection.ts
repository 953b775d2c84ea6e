// Whether the house can be reached, learned from every request that goes to it, and never guessed.

import { useSyncExternalStore } from 'react'

export type Connection = {
  /** What the browser knows of its network. */
  online: boolean
  /** `unknown` until the first answer, or the first that did not come. */
  house: 'unknown' | 'here' | 'away'
  /** When it was last found to be away. */
  awaySince: number | null
}

const lostStatuses = [502, 503, 504]

let connection: Connection = { online: navigator.onLine, house: 'unknown', awaySince: null }
const listeners = new Set<() => void>()

/** The way that every request takes: what comes of it is all that is known of the house. */
export async function watchedFetch(request: Request): Promise<Response> {
  try {
    const response = await fetch(request)
    note(lostStatuses.includes(response.status) ? 'away' : 'here')
    return response
  } catch (fault) {
    // A request that was called off says nothing about the house.
    if (!request.signal.aborted) note('away')
    throw fault
  }
}

export const connectionNow = (): Connection => connection

export const useConnection = (): Connection => useSyncExternalStore(onConnection, connectionNow)

export function onConnection(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function note(house: 'here' | 'away'): void {
  if (connection.house === house) return
  tell({ ...connection, house, awaySince: house === 'away' ? Date.now() : null })
}

function tell(next: Connection): void {
  connection = next
  for (const listener of listeners) listener()
}

window.addEventListener('online', () => tell({ ...connection, online: true }))
window.addEventListener('offline', () => tell({ ...connection, online: false }))
