// Whether the house can be reached, learned from every request that goes to it, and never guessed.

import { useSyncExternalStore } from 'react'

export type Connection = {
  /** What the browser knows of its network. */
  online: boolean
  /** `unknown` until the first answer, or the first that did not come. */
  house: 'unknown' | 'here' | 'away'
  /** When it was last found to be away. */
  awaySince: number | null
  /** The house does not know this browser any more: somebody has to sign in again. */
  isOut: boolean
}

const lostStatuses = [502, 503, 504]

let connection: Connection = { online: navigator.onLine, house: 'unknown', awaySince: null, isOut: false }
const listeners = new Set<() => void>()

/** The way that every request takes: what comes of it is all that is known of the house. */
export async function watchedFetch(request: Request): Promise<Response> {
  try {
    const response = await fetch(request)
    note(lostStatuses.includes(response.status) ? 'away' : 'here')
    noteCredential(request, response)
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

/** The tab that listens for all of them has found it so. */
export function takeWord(house: Connection['house']): void {
  if (house !== 'unknown') note(house)
}

/** What is open to everybody says nothing about who is here. */
const openDoors = /^\/v1\/(personas|guests)|^\/(?!v1\/)/

function noteCredential({ url }: Request, { ok, status }: Response): void {
  if (openDoors.test(new URL(url).pathname)) return
  const isOut = status === 401 || (connection.isOut && !ok)
  if (isOut !== connection.isOut) tell({ ...connection, isOut })
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
