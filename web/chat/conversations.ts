// Every conversation that this page has opened, with the outbox they share and what carries it.

import type { Change } from '../../src/client/client.ts'
import { onConnection, connectionNow } from '../connection.ts'
import { onChange } from '../changes.ts'
import { client } from '../house.ts'
import { lastUser, user } from '../remembered.ts'
import { Conversation } from './conversation.ts'
import { Dispatch } from './dispatch.ts'
import { LiveAnswers } from './live-answers.ts'
import { Outbox } from './outbox.ts'
import { forgetPage, recallPage, rememberSoon } from './page-memory.ts'
import { carry } from './saying.ts'
import { StrayList } from './stray-list.ts'
import { rereadStrays } from './straying.ts'

/** The last few, so that going back to one shows it at once. */
const openMax = 12

export type Conversations = {
  of(threadId: string): Conversation
  dispatch: Dispatch
}

let opened: Promise<Conversations> | null = null

/** Drawn for whoever was here last; who is here now is known before anything is sent. */
export const conversations = (): Promise<Conversations> =>
  (opened ??= (lastUser === null ? user : Promise.resolve(lastUser)).then(open))

function open(userId: string): Conversations {
  const outbox = new Outbox(localStorage, userId)
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
  // What one person left unsent is never sent by another.
  const dispatch = new Dispatch(outbox, (unsent) => user.then(() => carry(of(unsent.threadId), unsent)))
  attend(open, outbox, dispatch)
  dispatch.start()
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
  })
  /** The house is back: what waited goes, and what was missed meanwhile is read. */
  const takeUp = () => {
    dispatch.start()
    for (const conversation of open.values()) if (!conversation.watching.aborted) void conversation.refresh()
  }
  let wasAway = false
  onConnection(() => {
    const { online, house } = connectionNow()
    const isAway = !online || house === 'away'
    if (wasAway && !isAway) takeUp()
    wasAway = isAway
  })
  window.addEventListener('online', takeUp)
  window.addEventListener('storage', ({ key }) => {
    if (key?.startsWith('threadkeep.unsent.')) outbox.reread()
    if (key?.startsWith('threadkeep.stray.'))
      for (const conversation of open.values()) rereadStrays(conversation)
  })
}

/** What is removed elsewhere is not remembered here either. */
function hear(conversation: Conversation | undefined, change: Change): void {
  if (conversation) conversation.heard(change)
  else if (change.threadId !== null && /(binned|deleted|forgotten)$/.test(change.kind))
    void forgetPage(change.threadId)
}

const begun = performance.timeOrigin

/** Whether this name was made by this page: then nothing can be kept under it that the page has not sent. */
export function isNamedHere(threadId: string): boolean {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(threadId)) return false
  return Number.parseInt(threadId.slice(0, 13).replace('-', ''), 16) >= begun
}
