// Another node at which people listen: a process that follows the changes of those it is told, as the doors do, and says when it has each.

import { heard } from '../src/http/commit-news.ts'
import { must } from '../src/core/assert.ts'
import { openPostgres, type PostgresStore } from '../src/store/postgres/open.ts'

export type ListenerTold =
  | { url: string; upkeepUrl: string; notifies: boolean }
  | { listen: string[] }
  | 'rest'
  | 'close'
export type ListenerSays = 'done' | { user: string; changeSeq: number; at: number }

const tell = (says: ListenerSays) => process.send?.(says)

let opened: Awaited<ReturnType<typeof open>> | undefined
let resting = new AbortController()

process.on('message', (told: ListenerTold) => void obey(told))

async function obey(told: ListenerTold): Promise<void> {
  if (told === 'close') {
    resting.abort()
    await opened?.[Symbol.asyncDispose]()
    return process.disconnect?.()
  }
  if (told === 'rest') resting.abort()
  else if ('url' in told) opened = await open(told)
  else await listen(told.listen)
  tell('done')
}

async function open(place: { url: string; upkeepUrl: string; notifies: boolean }) {
  const base = await openPostgres({ ...place, waitMs: 30_000 })
  const { store, news, hinted } = heard(base, { upkeep: base.upkeep, report: console.error })
  base.hint?.whenHeard(hinted)
  const hints = base.hint?.begin(console.error)
  const close = async () => {
    await hints?.[Symbol.asyncDispose]()
    await base[Symbol.asyncDispose]()
  }
  return { store, news, [Symbol.asyncDispose]: close }
}

/** Answers when all are listened to. */
async function listen(users: readonly string[]): Promise<void> {
  const { store, news } = must(opened, 'an open store')
  resting = new AbortController()
  const { signal } = resting
  for (let i = 0; i < users.length; i += 50)
    await Promise.all(users.slice(i, i + 50).map((user) => begin(store, user)))

  async function begin(from: Pick<PostgresStore, 'user' | 'changes'>, user: string): Promise<void> {
    const seen = (await from.user(user))?.changeSeq ?? 0
    void follow(from, user, seen)
  }

  async function follow(from: Pick<PostgresStore, 'changes'>, user: string, seen: number): Promise<void> {
    for (let since = seen; ;) {
      await news.next(user, since, signal)
      if (signal.aborted) return
      for (const { changeSeq } of (await from.changes(user, since, 200)) ?? []) {
        tell({ user, changeSeq, at: performance.timeOrigin + performance.now() })
        since = changeSeq
      }
    }
  }
}
