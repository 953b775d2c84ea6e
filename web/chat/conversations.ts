// Every conversation that this page has opened, with the outbox they share and what carries it.

import type { Change } from '../../src/client/client.ts'
import { connectionNow, onConnection } from '../connection.ts'
import { onChange, onStream } from '../changes.ts'
import { client } from '../house.ts'
import { lastUser } from '../last-user.ts'
import { user } from '../remembered.ts'
import { putOnDevice } from '../threads/shelf.ts'
import { inTurn } from '../turn.ts'
import { carry, takeBack } from './carrying.ts'
import { Conversation } from './conversation.ts'
import { Dispatch } from './dispatch.ts'
import { ledgerOf } from './ledger.ts'
import { LiveAnswers } from './live-answers.ts'
import { Outbox } from './outbox.ts'
import { forgetIfGone, notePosition, recallPage, rememberSoon, repair } from './page-memory.ts'
import { StrayList } from './stray-list.ts'
import { recallStrays, rereadStrays } from './straying.ts'
import type { Unsent } from './unsent.ts'

/** The last few, so that going back to one shows it at once. */
const openMax = 12
/** A tab that has had a thread's turn for so long is taken to do nothing any more. */
const turnMsMax = 60_000

export type Conversations = {
  of(threadId: string): Conversation
  dispatch: Dispatch
}

let opened: Promise<Conversations> | null = null

/** Drawn for whoever was here last; who is here now is known before anything is sent. */
export const conversations = (): Promise<Conversations> =>
  (opened ??= (lastUser === null ? user : Promise.resolve(lastUser)).then(open))

function open(userId: string): Conversations {
  const outbox = new Outbox(ledgerOf(userId))
  const strayList = new StrayList(localStorage, userId)
  const shared = { client, outbox, live: new LiveAnswers(), strayList, recallPage }
  const open = new Map<string, Conversation>()
  const begun = (threadId: string): Conversation => {
    const conversation = new Conversation(threadId, shared)
    conversation.on(() => rememberSoon(conversation))
    return conversation
  }
  const of = (threadId: string): Conversation => {
    const conversation = open.get(threadId) ?? begun(threadId)
    open.delete(threadId)
    open.set(threadId, conversation)
    letGoOfOldest(open)
    return conversation
  }
  const shown = (threadId: string): Conversation | undefined => {
    const conversation = open.get(threadId)
    return conversation?.watching.aborted ? undefined : conversation
  }
  const way = {
    carry: (unsent: Unsent) => carry(shared, userId, shown(unsent.threadId), unsent),
    takeBack: (unsent: Unsent) => takeBack(shared, userId, unsent),
    newId: () => client.newId(),
  }
  const dispatch = new Dispatch(outbox, way, {
    turn: (threadId, work) => {
      const impatient = AbortSignal.timeout(turnMsMax)
      return inTurn(`threadkeep.outbox.${userId}.${threadId}`, work, { impatient })
    },
    now: Date.now,
    later: (work, ms) => setTimeout(work, ms),
    chance: Math.random,
    isOffline: () => !connectionNow().online,
    courtesyMs: (threadId) => (shown(threadId) ? 0 : 600 + Math.random() * 600),
  })
  attend(open, outbox, dispatch)
  return { of, dispatch }
}

function letGoOfOldest(open: Map<string, Conversation>): void {
  for (const [threadId, conversation] of open) {
    if (open.size <= openMax) return
    conversation.leave()
    open.delete(threadId)
  }
}

function attend(open: Map<string, Conversation>, outbox: Outbox, dispatch: Dispatch): void {
  onChange((change) => {
    if (change === null) for (const conversation of open.values()) void conversation.open()
    else if (change.threadId !== null) hear(open.get(change.threadId), change)
    notePosition()
  })
  void repair()
  outbox.on(() => putOnDevice(outbox.all))
  // What one person left unsent is never sent by another: first the house says who is here.
  void user.then(() => begin(open, outbox, dispatch))
  // Not of what is drawn first. Where it cannot be had, drafts and places stay on this device.
  user.then(() => import('./place-news.ts')).catch(() => undefined)
  document.addEventListener('visibilitychange', () => void outbox.look())
  window.addEventListener('storage', ({ key }) => {
    if (key?.startsWith('threadkeep.stray.')) for (const one of open.values()) takeOverStrays(one)
  })
}

function begin(open: Map<string, Conversation>, outbox: Outbox, dispatch: Dispatch): void {
  outbox.on(() => dispatch.start())
  dispatch.start()
  wakeWith(open, dispatch)
}

/** The way is free again, as far as can be known: what waited goes, and what was missed meanwhile is read. */
function wakeWith(open: Map<string, Conversation>, dispatch: Dispatch): void {
  const takeUp = () => {
    void dispatch.wake()
    for (const conversation of open.values()) if (!conversation.watching.aborted) void conversation.refresh()
  }
  const isBarred = () => {
    const { online, house, isOut } = connectionNow()
    return !online || house === 'away' || isOut
  }
  let wasBarred = isBarred()
  onConnection(() => {
    if (wasBarred && !isBarred()) takeUp()
    wasBarred = isBarred()
  })
  window.addEventListener('online', takeUp)
  onStream(() => void dispatch.wake())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void dispatch.wake()
  })
}

function takeOverStrays(conversation: Conversation): void {
  rereadStrays(conversation)
  // One that cannot be asked about now is spoken of when the page is opened next.
  if (!conversation.watching.aborted) recallStrays(conversation).catch(() => undefined)
}

/** What is removed elsewhere is not remembered here either. */
function hear(conversation: Conversation | undefined, change: Change): void {
  if (conversation) conversation.heard(change)
  else forgetIfGone(change)
}

const begun = performance.timeOrigin

/** Whether this name was made by this page: then nothing can be kept under it that the page has not sent. */
export function isNamedHere(threadId: string): boolean {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(threadId)) return false
  return Number.parseInt(threadId.slice(0, 13).replace('-', ''), 16) >= begun
}
