// The one hook that owns a conversation: what is shown of it, and everything that can be done with it.

import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { type Message, ThreadkeepError } from '../../src/client/client.ts'
import { toast } from '../ui/toast.ts'
import { goToStray, lookBack, remove, restore, stay } from './amending.ts'
import type { Conversation } from './conversation.ts'
import { conversations, type Conversations, isNamedHere } from './conversations.ts'
import { mark, type Mark } from './marking.ts'
import { newer, older, show, toDay, toNewest, toTop } from './reading.ts'
import { answerAgain, edit, say, sayAfterNewest, stop } from './saying.ts'
import { settle } from './straying.ts'
import { blankView, type ThreadView } from './thread-view.ts'
import { NoRoom } from './unsent.ts'

export type ThreadAsked = {
  threadId: string
  personaId: string | null
  focusMessageId: string | null
  onThreadCreated: (threadId: string) => void
}

export type ThreadVerbs = {
  /** Resolves when the words are safe on this device; false: they are not, and the person has been told. */
  say: (text: string) => Promise<boolean>
  edit: (message: Message, text: string) => Promise<boolean>
  again: (message: Message, personaId?: string | null) => void
  goOn: () => void
  stop: () => void
  look: (messageId: string) => void
  lookBack: () => void
  stay: () => void
  goToStray: (messageId: string) => void
  sayAfterNewest: (stray: Message) => void
  leaveStray: (messageId: string) => void
  remove: (message: Message) => void
  restore: (messageId: string) => void
  mark: (message: Message, change: Mark) => void
  /** Takes back what waits, or what was refused. */
  withdraw: (unsentId: string) => void
  retry: () => void
  older: () => Promise<void>
  newer: () => Promise<void>
  toNewest: () => Promise<void>
  toTop: () => Promise<void>
  show: (messageId: string) => Promise<void>
  toDay: (day: string) => Promise<string | null>
}

export type ThreadState = { view: ThreadView; verbs: ThreadVerbs; conversation: Conversation | null }

export function useThread({
  threadId,
  personaId,
  focusMessageId,
  onThreadCreated,
}: ThreadAsked): ThreadState {
  const [all, setAll] = useState<Conversations | null>(null)
  useEffect(() => void conversations().then(setAll), [])
  const conversation = useMemo(() => all?.of(threadId) ?? null, [all, threadId])
  const view = useSyncExternalStore(conversation?.on ?? neverChanges, () => conversation?.view ?? blankView)
  useEffect(() => {
    if (!conversation) return
    const isNew =
      isNamedHere(threadId) && conversation.view.headId === null && conversation.view.phase === 'loading'
    if (isNew) conversation.begin()
    else void conversation.open(focusMessageId)
    return () => conversation.leave()
  }, [conversation, threadId, focusMessageId])
  // Once it has to wait it has an address of its own, where it is found after a reload.
  const hasBegun = view.headId !== null || view.unsent.some(({ tried }) => tried?.waitsFor)
  useEffect(() => {
    if (hasBegun && isNamedHere(threadId)) onThreadCreated(threadId)
  }, [hasBegun, threadId, onThreadCreated])
  const verbs = useMemo(() => verbsOf(conversation, all, personaId), [conversation, all, personaId])
  return { view, verbs, conversation }
}

function verbsOf(
  conversation: Conversation | null,
  all: Conversations | null,
  personaId: string | null,
): ThreadVerbs {
  const attempt = (work: (conversation: Conversation) => Promise<void>): Promise<void> =>
    conversation ? work(conversation).catch(explain) : Promise.resolve()
  const put = async (work: (conversation: Conversation) => Promise<void>): Promise<boolean> =>
    conversation !== null && putDown(() => work(conversation))
  return {
    say: (text) => put((to) => say(to, { text, personaId })),
    edit: (message, text) => put((to) => edit(to, message, { text, personaId })),
    again: (message, other = message.personaId) => void attempt((to) => answerAgain(to, message, other)),
    goOn: () => void put((to) => say(to, { text: 'Please go on from where you stopped.', personaId })),
    stop: () => void attempt(stop),
    look: (messageId) => void attempt((to) => show(to, messageId)),
    lookBack: () => void attempt(lookBack),
    stay: () => void attempt(stay),
    goToStray: (messageId) => void attempt((to) => goToStray(to, messageId)),
    sayAfterNewest: (stray) => void put((to) => sayAfterNewest(to, stray, personaId)),
    leaveStray: (messageId) => conversation && settle(conversation, messageId),
    remove: (message) =>
      void attempt(async (from) => {
        await remove(from, message)
        toast('Deleted. It can be restored for 30 days.', {
          undo: () => void attempt((to) => restore(to, message.id)),
        })
      }),
    restore: (messageId) => void attempt((to) => restore(to, messageId)),
    mark: (message, change) => void attempt((at) => mark(at, message, change)),
    withdraw: (id) => {
      const { text = '' } = conversation?.view.unsent.find((unsent) => unsent.id === id) ?? {}
      void put(async ({ outbox }) => {
        await outbox.withdraw(id)
        toast('Withdrawn.', { undo: () => void put((to) => say(to, { text, personaId })) })
      })
    },
    retry: () => {
      void all?.dispatch.wake()
      void attempt((at) => at.open())
    },
    older: () => attempt(older),
    newer: () => attempt(newer),
    toNewest: () => attempt(toNewest),
    toTop: () => attempt(toTop),
    show: (messageId) => attempt((at) => show(at, messageId)),
    toDay: async (day) => {
      let found: string | null = null
      await attempt(async (at) => void (found = await toDay(at, day)))
      return found
    },
  }
}

/** What cannot be put down is not sent either: the words stay in the composer, and the person is told. */
async function putDown(work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (fault) {
    toast(`${whyNot(fault)} Your words stay in the box below.`)
    return false
  }
}

function whyNot(fault: unknown): string {
  if (fault instanceof NoRoom) return `${fault.message} Nothing more can wait here until some of it is sent.`
  if (fault instanceof ThreadkeepError) return `${fault.message} ${fault.hint}`
  if (!(fault instanceof DOMException)) reportError(fault)
  return 'This browser has no room to keep your message until it is sent, or does not allow it.'
}

function explain(fault: unknown): void {
  if (!(fault instanceof ThreadkeepError)) throw fault
  toast(`${fault.message} ${fault.hint}`)
}

const neverChanges = () => () => undefined
