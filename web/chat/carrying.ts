// The way of one unsent message to the house and what comes back of it; and the way back of one that was withdrawn.

import { type Answer, type MessageKept, ThreadkeepError } from '../../src/client/client.ts'
import type { Conversation, Shared } from './conversation.ts'
import { continued } from './path-window.ts'
import { strayed } from './straying.ts'
import { replySketch } from './thread-view.ts'
import { editionOf, type Kept, type Unsent } from './unsent.ts'

/** Over when its receipt is there, while its answer goes on being heard where somebody looks at the thread. */
export async function carry(
  shared: Shared,
  userId: string,
  conversation: Conversation | undefined,
  unsent: Unsent,
): Promise<Kept> {
  const looking = new AbortController()
  const { threadId, insteadOf } = unsent
  const answer = shared.client.send(threadId, asked(unsent, userId, looking.signal))
  const edition = editionOf(unsent)
  try {
    const kept = await answer.kept
    const { message, receipt, replyId } = kept
    const isSpooled = receipt.durability === 'spooled'
    const { parentId } = message
    if (isSpooled) return { edition, replyId: null, parentId, isSpooled }
    if (conversation) {
      place(conversation, unsent, kept)
      hear(conversation, answer, kept)
    } else if (receipt.forked && unsent.parentId === undefined)
      shared.strayList.put(threadId, message.id, Date.now())
    if (insteadOf !== undefined) await takeAway(shared, threadId, insteadOf)
    return { edition, replyId, parentId, isSpooled }
  } catch (fault) {
    const isOther = fault instanceof ThreadkeepError && fault.code === 'same_id_other_content'
    if (!isOther || edition === 0) throw fault
    return keptBefore(shared, unsent)
  } finally {
    if (!conversation) looking.abort()
  }
}

/** Tried once: when to try again is for the outbox to say. */
function asked(unsent: Unsent, userId: string, signal: AbortSignal) {
  const { id, text, personaId, isFirst, parentId, expectedHead } = unsent
  return {
    id,
    text,
    userId,
    signal,
    retry: { triesMax: 1 },
    ...(personaId === null ? {} : { personaId }),
    ...(parentId === undefined ? {} : { parentId }),
    ...(expectedHead === undefined ? {} : { expectedHead }),
    ...(isFirst ? { thread: personaId === null ? {} : { defaultPersonaId: personaId } } : {}),
  }
}

/** The house has an earlier wording under this id: the later one becomes its sibling. */
async function keptBefore({ client }: Shared, unsent: Unsent): Promise<Kept> {
  const edition = editionOf(unsent) - 1
  const message = await unlessGone(client.messages.get(unsent.threadId, unsent.id))
  return { edition, replyId: null, parentId: message?.parentId, isSpooled: false }
}

/** Takes away what was withdrawn after it may have been kept; false: the house never had it. */
export async function takeBack(shared: Shared, userId: string, { threadId, id }: Unsent): Promise<boolean> {
  const { client } = shared
  if ((await client.me()).id !== userId)
    throw new ThreadkeepError('user_mismatch', 'Somebody else is signed in here.', 'Sign in again.')
  return (await unlessGone(takeAway(shared, threadId, id).then(() => true))) ?? false
}

async function takeAway({ client }: Pick<Shared, 'client'>, threadId: string, messageId: string) {
  await unlessGone(client.stop(threadId, { messageId }))
  await client.messages.remove(threadId, messageId)
}

async function unlessGone<Result>(asked: Promise<Result>): Promise<Result | null> {
  try {
    return await asked
  } catch (fault) {
    if (!(fault instanceof ThreadkeepError) || !['not_found', 'deleted'].includes(fault.code)) throw fault
    return null
  }
}

function place(conversation: Conversation, { personaId, parentId }: Unsent, kept: MessageKept): void {
  const { window, headId } = conversation.view
  const { message, receipt, replyId } = kept
  const { durability } = receipt
  const reply = replyId === null ? [] : [replySketch({ ...kept, replyId }, personaId)]
  if (receipt.forked && parentId === undefined) {
    conversation.change({ durability })
    strayed(conversation, message)
    void conversation.refresh()
    return
  }
  const isKnown = window.messages.some(({ id }) => id === message.id)
  const said = isKnown ? null : continued(window, message.parentId, [message, ...reply])
  const head = reply[0]?.id ?? message.id
  conversation.change({
    durability,
    headId: receipt.headId ?? headId,
    ...(said ? { window: said, reading: null, headId: head } : {}),
  })
  void conversation.refresh()
}

export function hear(
  conversation: Conversation,
  answer: Answer,
  { replyId }: Pick<MessageKept, 'replyId'>,
): void {
  if (replyId !== null && !conversation.live.now(replyId)) void conversation.listen(replyId, answer)
}
