// A process to be killed: the whole server, with everything that `threadkeep start` opens but the page.
//
//   node test/crash/stream-load.ts honest | control-writes-at-end [pace as JSON]
import type { Pace } from '../../src/chat/pace.ts'
import type { Change } from '../../src/core/change.ts'
import type { Store } from '../../src/core/store.ts'
import { threadkeep } from '../../src/server.ts'

const [, , manner, pace] = process.argv
const keep = await threadkeep(pace === undefined ? {} : { pace: JSON.parse(pace) as Pace })
if (manner === 'control-writes-at-end') Object.assign(keep.chat, { store: forgetful(keep.store) })
const { url } = await keep.listen()
console.log(`Threadkeep is at ${url}`)
process.once('SIGTERM', () => void keep.close())

/** The control: what a server does that writes an answer down only at its end. */
function forgetful(store: Store): Store {
  const isKept = ({ kind }: Change) => kind !== 'run.progressed'
  return {
    ...store,
    commit: async (commit) => {
      const changes = commit.changes.filter(isKept)
      return changes.length > 0 ? store.commit({ ...commit, changes }) : nothingWritten
    },
  }
}

const nothingWritten = {
  result: 'kept',
  threadId: null,
  run: null,
  receipt: {
    id: '',
    seq: null,
    changeSeq: 0,
    position: '',
    durability: 'none',
    result: 'kept',
    forked: false,
    headId: null,
  },
} as const
