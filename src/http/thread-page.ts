// One page of the caller's threads, and the cursor with which the next one is asked for.

import type { Thread, ThreadState } from '../core/thread.ts'
import type { ThreadCursor } from '../core/store.ts'
import { personaFilter } from './persona-named.ts'
import type { Room } from './room.ts'
import { threadBody } from './shapes/thread.ts'

type Asked = { limit: number; cursor?: string | undefined; state: ThreadState; persona?: string | undefined }

/** Pages of the store that one page here may look through for a persona's threads, before it hands over what it has. */
const pagesLookedThrough = 10

export async function threadPage({ store, chat, cursors }: Room, user: string, asked: Asked) {
  const { limit, state, persona } = asked
  const about = JSON.stringify(['threads', state, persona ?? null])
  const wanted = persona === undefined ? null : personaFilter(persona, chat.personas)
  const found: Thread[] = []
  let after = asked.cursor === undefined ? null : (cursors.open(user, about, asked.cursor) as ThreadCursor)
  for (let look = 0; look < pagesLookedThrough; look++) {
    const rest = limit - found.length
    const page = await store.threads(user, { limit: rest, state, ...(after ? { after } : null) })
    found.push(...page.threads.filter((thread) => wanted === null || thread.defaultPersonaId === wanted))
    after = page.next
    if (after === null || found.length === limit || wanted === null) break
  }
  return {
    threads: found.map((thread) => threadBody(user, thread)),
    nextCursor: after === null ? null : cursors.seal(user, about, after),
  }
}
