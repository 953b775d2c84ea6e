// Where in the app somebody is, as the address says it: every screen has one, and can be sent to somebody or come back to.

import { useLocation, useSearch } from 'wouter'

export type Place =
  | { at: 'new' }
  | { at: 'thread'; threadId: string; messageId: string | null }
  | { at: 'archived' }
  | { at: 'bin' }
  | { at: 'nowhere'; path: string }

export const newPath = '/'
export const archivedPath = '/archived'
export const binPath = '/bin'
export const threadPath = (threadId: string): string => `/t/${encodeURIComponent(threadId)}`

export function usePlace(): Place {
  const [path] = useLocation()
  return placeOf(path, useSearch())
}

/** Goes there; `replace` leaves no way back to where one came from. */
export function useGo(): (path: string, options?: { replace?: boolean }) => void {
  const [, go] = useLocation()
  return go
}

export function placeOf(path: string, search: string): Place {
  if (path === newPath) return { at: 'new' }
  if (path === archivedPath) return { at: 'archived' }
  if (path === binPath) return { at: 'bin' }
  const threadId = idIn(path)
  if (threadId === null) return { at: 'nowhere', path }
  return { at: 'thread', threadId, messageId: new URLSearchParams(search).get('message') }
}

function idIn(path: string): string | null {
  const piece = /^\/t\/([^/]+)\/?$/.exec(path)?.[1]
  if (piece === undefined) return null
  try {
    return decodeURIComponent(piece)
  } catch {
    return null // Not an address that this app makes: there is nothing at it.
  }
}
