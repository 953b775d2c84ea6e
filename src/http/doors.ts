// What the doors are handed by the house: where things are kept, what can be done with them, who is asking, and how to behave.

import type { Chat } from '../chat/chat.ts'
import type { Authenticate } from '../core/principal.ts'
import type { Store } from '../core/store.ts'
import type { CommitNews } from './commit-news.ts'

export type Doors = {
  readonly chat: Chat
  readonly store: Store
  readonly authenticate: Authenticate
  readonly guests: Guests
  readonly settings: DoorSettings
  readonly about: AboutHouse
  /** Signs cursors, so that a page can be continued and not invented. */
  readonly cursorSecret: Uint8Array
  readonly log: (line: LogLine) => void
  /** What the house counts besides its doors, by name. */
  readonly gauges?: () => Record<string, number>
  /** How far the newest backup that was tried reaches for this user. */
  readonly backedUpTo?: (user: string) => number | null
  /** Wakes those who follow changes; without it they look once a second. */
  readonly news?: CommitNews
  /** Aborted when the house begins to close: it says that it is not ready, and answers what still comes. */
  readonly draining?: AbortSignal
  /** Aborted when the house closes: open streams end, and their readers come back elsewhere. */
  readonly closing?: AbortSignal
}

/** People without an account. Their tokens come in by `authenticate`; here is only how one is made. */
export type Guests = {
  /** Rejects with `too_many` when one address makes more than its share. */
  create(caller: Caller): Promise<Guest>
  /** The guest whose valid cookie this request carries. */
  fromCookie(request: Request): Promise<Guest | null>
  /** The value of a Set-Cookie header. */
  cookie(token: string): string
}
export type Guest = { user: string; token: string }
export type Caller = { socketAddress: string | null; forwardedFor: string | null }

export type DoorSettings = {
  /** Other origins, exact, whose pages may call with credentials. */
  origins: readonly string[]
  /** Where people reach this house, when a proxy stands before it. */
  url: string | null
  /** The path under which a fetch handler is mounted, when whoever mounts it does not take it off. */
  basePath?: string
  /** Lets a scraper that is not on this machine read /metrics. */
  metricsToken?: string | null
  bodyBytesMax?: number
  answerTimeoutMs?: number
  heartbeatMs?: number
  /** Bytes that may wait for one reader of a stream before it is dropped. */
  waitingBytesMax?: number
  changesPollMs?: number
}

export type AboutHouse = {
  version: string
  commit: string | null
  startedAt: number
  engine: string
  durability: string
  /** Whether the web app is served beside these doors. */
  frontend: boolean
}

export type LogLine = { level: 'error' | 'warn'; what: string } & Record<string, unknown>
