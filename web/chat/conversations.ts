// Every conversation that this page has opened, with the outbox they share and what carries it.

import { onConnection, connectionNow } from '../connection.ts'
import { client, ready } from '../house.ts'
import { onChange } from './changes.ts'
import { Conversation } from './conversation.ts'
import { Dispatch } from './dispatch.ts'
import { LiveAnswers } from './live-answers.ts'
import { Outbox } from './outbox.ts'
import { carry } from './saying.ts'

/** The last few, so that going back to one shows it at once. */
const openMax = 12

export type Conversations = {
  of(threadId: string): Conversation
  dispatch: Dispatch
}

let opened: Promise<Conversations> | null = null

/** As soon as it is known who is here: what one person left unsent is never sent by another. */
export const conversations = (): Promise<Conversations> =>
  (opened ??= ready.then(({ id }) => open(new Outbox(localStorage, id))))

function open(outbox: Outbox): Conversations {
  const live = new LiveAnswers()
  const open = new Map<string, Conversation>()
  const of = (threadId: string): Conversation => {
    const conversation = open.get(threadId) ?? new Conversation(threadId, client, outbox, live)
    open.delete(threadId)
    open.set(threadId, conversation)
    letGoOfOldest(open)
    return conversation
  }
  const dispatch = new Dispatch(outbox, (unsent) => carry(of(unsent.threadId), unsent))
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
    else if (change.threadId !== null) open.get(change.threadId)?.heard(change)
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
  window.addEventListener('storage', ({ key }) => key?.startsWith('threadkeep.unsent.') && outbox.reread())
}

const begun = performance.timeOrigin

/** Whether this name was made by this page: then nothing can be kept under it that the page has not sent. */
export function isNamedHere(threadId: string): boolean {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(threadId)) return false
  return Number.parseInt(threadId.slice(0, 13).replace('-', ''), 16) >= begun
}
