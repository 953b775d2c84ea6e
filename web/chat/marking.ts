// What a person puts beside a message: drawn at once, asked of the house, and taken back with a word if the house says no.

import { type Marks, type Message, ThreadkeepError } from '../../src/client/client.ts'
import { toast } from '../ui/toast.ts'
import type { Conversation } from './conversation.ts'

/** Null takes it off. */
export type Mark = { name: 'pin'; value: true | null } | { name: 'thumb'; value: 'up' | 'down' | null }

/** One after the other: the house has to end with what was pressed last. */
let asked: Promise<unknown> = Promise.resolve()

export async function mark(conversation: Conversation, message: Message, mark: Mark): Promise<void> {
  const before = message.marks?.[mark.name]
  draw(conversation, message.id, mark.name, mark.value ?? undefined)
  const answered = asked.then(() => ask(conversation, message, mark))
  asked = answered.catch(() => undefined)
  try {
    await answered
  } catch (fault) {
    draw(conversation, message.id, mark.name, before)
    if (!(fault instanceof ThreadkeepError)) throw fault
    toast(`This message could not be ${deedOf(mark)}. ${fault.message}`)
  }
}

function ask({ client, threadId }: Conversation, { id }: Message, { name, value }: Mark): Promise<unknown> {
  if (value === null) return client.messages.unmark(threadId, id, name)
  return client.messages.mark(threadId, id, name, value)
}

/** On what is known of the message by then: it may have been changed while the house was asked. */
function draw(
  conversation: Conversation,
  messageId: string,
  name: Mark['name'],
  value: Marks[Mark['name']],
): void {
  const message = conversation.view.window.messages.find(({ id }) => id === messageId)
  if (!message) return
  const { [name]: _, ...others } = message.marks ?? {}
  conversation.put({ ...message, marks: value === undefined ? others : { ...others, [name]: value } })
}

function deedOf({ name, value }: Mark): string {
  if (name === 'thumb') return 'marked'
  return value === null ? 'unpinned' : 'pinned'
}
