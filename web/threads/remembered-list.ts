// The list as this browser remembers it: drawn before the house has answered, and written down when it has changed.

import type { Thread } from '../../src/client/client.ts'
import { recall, remember } from '../remembered.ts'
import { threadsOn } from './days.ts'
import { onShelf, putRemembered, shelfNow } from './shelf.ts'

const key = 'active'
const threadsMax = 60
const writeMs = 1_000

/** Until the returned function is called. */
export function rememberList(): () => void {
  void recall<Thread[]>('lists', key).then((threads) => threads && putRemembered(threads))
  let timer: ReturnType<typeof setTimeout> | undefined
  const write = () => {
    timer = undefined
    const { threads, reach } = shelfNow()
    if (reach.active.state !== 'known') return
    void remember('lists', key, threadsOn('active', threads).slice(0, threadsMax).map(bare))
  }
  const unwatch = onShelf(() => (timer ??= setTimeout(write, writeMs)))
  return () => {
    clearTimeout(timer)
    unwatch()
  }
}

/** What a program keeps with a thread may be large, and no list draws it. */
const bare = (thread: Thread): Thread => ({ ...thread, context: null, metadata: null })
