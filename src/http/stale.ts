// An answer from memory while the store cannot be asked says so, and when it was last known to be true.

import type { Answer } from './answer.ts'
import type { Room } from './room.ts'

type Headers = NonNullable<Answer['headers']>

const name = 'threadkeep-stale'

export function staleHeader({ store }: Pick<Room, 'store'>, answer: object): Headers {
  const since = store.staleSince?.(answer) ?? null
  return since === null ? {} : { [name]: new Date(since).toISOString() }
}

export const isStale = (headers: Headers): boolean => name in headers
