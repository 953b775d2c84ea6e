// A store whose reads never answer with the words of a database: what cannot be read is said to a person as a fault of ours, and what
// to do about it to whoever looks after the store.

import { ThreadkeepError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import { isBusy, isDamage, isStorageFault } from '../store/sqlite/connection.ts'

const reads = [
  'user', 'thread', 'threadByKey', 'threads', 'messages', 'messagesJson', 'message', 'run', 'runsUnderWay', 'runEvents', 'changes', 'refs', 'threadByRef', 'place',
] as const // prettier-ignore

type Read = (...asked: unknown[]) => Promise<unknown>

export function readsInWords<S extends Store>(store: S): Partial<S> {
  const worded = reads.flatMap((name) => {
    const read = Reflect.get(store, name) as Read | undefined
    return read ? [[name, async (...asked: unknown[]) => read(...asked).catch(inWords)]] : []
  })
  const everything: Store['everything'] = async function* (user) {
    try {
      yield* store.everything(user)
    } catch (fault) {
      inWords(fault)
    }
  }
  return { ...Object.fromEntries(worded), everything } as Partial<S>
}

function inWords(fault: unknown): never {
  if (isDamage(fault)) throw damaged(fault)
  if (isBusy(fault) || isStorageFault(fault)) throw outOfReach(fault)
  throw fault
}

const damaged = (fault: Error) =>
  new ThreadkeepError(
    'internal',
    'A part of the store that was to be read is damaged, so it is not shown.',
    'Whoever looks after this store finds out more with `threadkeep doctor`.',
    undefined,
    fault,
  )

const outOfReach = (fault: unknown) =>
  new ThreadkeepError(
    'unavailable',
    'The store cannot be read just now.',
    'Ask again in a moment. Whoever looks after this store sees to its disk, and to who else holds its file.',
    undefined,
    fault,
  )
