// Tells the house what is written and read here, and this page what is on other devices; fetched once the page stands.

import { onPlace, onStream } from '../changes.ts'
import { connectionNow, onConnection } from '../connection.ts'
import { client } from '../house.ts'
import { placeOf } from '../place.ts'
import { noteRead, readListeners, readTo } from '../threads/read-position.ts'
import { onShelf, shelfNow } from '../threads/shelf.ts'
import { inTurn } from '../turn.ts'
import { agreedPrefix, draftListeners, draftOf, takeDraft } from './draft.ts'
import { Places } from './places.ts'

/** Of so many conversations in which something seems to be new it is asked whether they were read elsewhere. */
const lookedMax = 20
/** A tab that has had its turn for so long is taken to do nothing any more. */
const turnMsMax = 10_000

const { threads } = client
const places = new Places(
  { get: (threadId) => threads.place(threadId), put: (threadId, given) => threads.putPlace(threadId, given) },
  {
    draftOf,
    takeDraft,
    agreedOf: (threadId) => localStorage.getItem(agreedPrefix + threadId) ?? '',
    agree,
    readTo,
    noteRead,
    isKept: (threadId) => shelfNow().threads.has(threadId),
    isBarred,
    turn: (work) => inTurn('threadkeep.places', work, { impatient: AbortSignal.timeout(turnMsMax) }),
    now: () => performance.now(),
    later: (work, ms) => setTimeout(work, ms),
  },
)
const unseen = new Set<string>()
let openThread: string | null = null

draftListeners.add((threadId) => places.written(threadId))
readListeners.add((threadId) => places.read(threadId))
onPlace((change) => {
  if (change === null) lookAround()
  else if (change.threadId === null) return
  else if (document.visibilityState === 'hidden') unseen.add(change.threadId)
  else places.heard(change.threadId, change.changeSeq)
})
onStream(() => places.wake())
let wasBarred = isBarred()
onConnection(() => {
  if (wasBarred && !isBarred()) places.wake()
  wasBarred = isBarred()
})
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') return
  for (const threadId of unseen) places.look(threadId)
  unseen.clear()
})
// The last two are told by the way this page goes from place to place.
for (const name of ['popstate', 'pushState', 'replaceState']) window.addEventListener(name, lookAtOpen)
lookAtOpen()
const unlisten = onShelf(lookOnce)
lookOnce()

function lookAtOpen(): void {
  const place = placeOf(location.pathname, '')
  const threadId = place.at === 'thread' ? place.threadId : null
  if (threadId !== null && threadId !== openThread) places.look(threadId)
  openThread = threadId
}

/** When it is known which conversations there are. */
function lookOnce(): void {
  if (shelfNow().reach.active.state !== 'known') return
  unlisten()
  lookAtNews()
}

function lookAround(): void {
  openThread = null
  lookAtOpen()
  lookAtNews()
}

function lookAtNews(): void {
  const seemsNew = [...shelfNow().threads.values()].filter(
    ({ id, messageCount }) => messageCount > (readTo(id) ?? Infinity) && id !== openThread,
  )
  for (const { id } of seemsNew.slice(0, lookedMax)) places.look(id)
}

function isBarred(): boolean {
  const { online, house, isOut } = connectionNow()
  return !online || house === 'away' || isOut
}

/** Storage that is full knows nothing to be agreed: then what is here stays. */
function agree(threadId: string, text: string): void {
  try {
    if (text === '') localStorage.removeItem(agreedPrefix + threadId)
    else localStorage.setItem(agreedPrefix + threadId, text)
  } catch (fault) {
    if (!(fault instanceof DOMException)) throw fault
  }
}
