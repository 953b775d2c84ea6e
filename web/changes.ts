// What happens to the things of whoever is here, on every device: heard by one tab of this browser, which tells the others.

import { type Change, ThreadkeepError } from '../src/client/client.ts'
import { connectionNow, onConnection, takeWord } from './connection.ts'
import { client, ready } from './house.ts'
import { inTurn } from './turn.ts'

/** A change, or null: too much happened to be told one by one, read everything anew. */
type Hear = (change: Change | null) => void

/** What the tab that listens tells the others. `before` is how far it had heard, so that nobody misses one without knowing. */
type Word =
  | { what: 'change'; before: number; change: Change | null }
  | { what: 'alive'; since: number | null; house: 'unknown' | 'here' | 'away' }
  | { what: 'stands' }

const againMs = 3_000
const aliveMs = 400
/** A tab that listens and has said nothing for so long does nothing any more. */
const silentMsMax = 1_300

const listeners = new Set<Hear>()
const placeListeners = new Set<Hear>()
const openListeners = new Set<() => void>()
let channel: BroadcastChannel | null = null
let looking: AbortController | null = null
let since: number | null = null
let heardAt = 0
/** What was read with the page is as old as the page: the first stream begins there, and only a later one anew. */
let isAnew = false

/** One stream for all who listen, in all tabs: a browser opens few connections to one house. */
export function onChange(hear: Hear): () => void {
  listeners.add(hear)
  look()
  return () => void listeners.delete(hear)
}

/** Where somebody is in a thread changes nothing of what is shown of it: whoever keeps the places hears of that, and nobody else. */
export const onPlace = (hear: Hear): void => void placeListeners.add(hear)

/** The stream has come to stand: the house is there, and knows this browser. */
export const onStream = (hear: () => void): void => void openListeners.add(hear)

/** The newest change that is known here; all that was read later than this is at least as new. */
export const positionNow = (): number => since ?? 0

/** A tab in the background leaves the listening to one that is looked at, and catches up when it is looked at itself. */
function look(): void {
  if (document.visibilityState === 'hidden') return leave()
  if (looking || listeners.size === 0) return
  looking = new AbortController()
  void attend(looking.signal)
}

function leave(): void {
  looking?.abort()
  looking = null
}

async function attend(signal: AbortSignal): Promise<void> {
  const id = await ready.then(
    (me) => me.id,
    () => null,
  )
  // Nobody can be told who they are here: the page says so itself.
  if (id === null) return
  if ('BroadcastChannel' in globalThis) channel ??= channelOf(id)
  else return listen(signal)
  while (!signal.aborted) {
    heardAt = Date.now()
    const impatient = new AbortController()
    const watch = setInterval(() => {
      if (Date.now() - heardAt > silentMsMax) impatient.abort()
    }, aliveMs / 2)
    const lead = (lost: AbortSignal) => {
      clearInterval(watch)
      return speak(AbortSignal.any([signal, lost]))
    }
    try {
      await inTurn(`threadkeep.changes.${id}`, lead, { signal, impatient: impatient.signal })
    } catch (fault) {
      if (!(fault instanceof DOMException)) throw fault
    } finally {
      clearInterval(watch)
    }
  }
}

/** Listens for all tabs, and says now and then that it does. */
async function speak(signal: AbortSignal): Promise<void> {
  const alive = () =>
    channel?.postMessage({ what: 'alive', since, house: connectionNow().house } satisfies Word)
  alive()
  const timer = setInterval(alive, aliveMs)
  const unwatch = onConnection(alive)
  try {
    await listen(signal)
  } finally {
    clearInterval(timer)
    unwatch()
  }
}

async function listen(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const known = await ready
      since ??= (isAnew ? await client.me({ signal }) : known).changeSeq
      for await (const change of client.changesStream(since, { signal, onOpen: stands })) {
        share(change)
      }
    } catch (fault) {
      if (signal.aborted) return
      if (!(fault instanceof ThreadkeepError)) throw fault
      if (fault.code === 'resync') share(null)
      else await Promise.race([pause(againMs), aborted(signal)])
    }
  }
}

function stands(): void {
  channel?.postMessage({ what: 'stands' } satisfies Word)
  tellOpen()
}

function tellOpen(): void {
  for (const hear of openListeners) hear()
}

function share(change: Change | null): void {
  channel?.postMessage({ what: 'change', before: since ?? 0, change } satisfies Word)
  tell(change)
}

function channelOf(userId: string): BroadcastChannel {
  const made = new BroadcastChannel(`threadkeep.changes.${userId}`)
  made.addEventListener('message', ({ data }: MessageEvent<Word>) => hear(data))
  return made
}

function hear(word: Word): void {
  heardAt = Date.now()
  if (word.what === 'stands') return tellOpen()
  if (word.what === 'alive') {
    takeWord(word.house)
    if (since !== null && word.since !== null && word.since > since) tell(null)
    return
  }
  const { before, change } = word
  if (change && since !== null && change.changeSeq <= since) return
  // Something was missed, as by a tab that was frozen: then all is read anew.
  tell(since !== null && before > since ? null : change)
}

function tell(change: Change | null): void {
  since = change?.changeSeq ?? null
  isAnew ||= change === null
  const isOfPlace = change?.kind === 'place.put'
  if (!isOfPlace) for (const hear of listeners) hear(change)
  if (isOfPlace || change === null) for (const hear of placeListeners) hear(change)
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const aborted = (signal: AbortSignal) =>
  new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))

document.addEventListener('visibilitychange', look)
