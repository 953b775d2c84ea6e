// The small print of a message: when, how safe, which of several, and what can be done with it.

import type { Message } from '../../src/client/client.ts'
import { fullWords, timeWords } from './day.ts'
import { GivenMarks } from './given-marks.tsx'
import { MessageActions } from './message-actions.tsx'
import { SafetyMark } from './safety-mark.tsx'
import { Siblings } from './siblings.tsx'
import { UnsentActions } from './unsent-actions.tsx'
import type { Unsent } from './unsent.ts'

export function MessageFoot({ message, unsent = null }: { message: Message; unsent?: Unsent | null }) {
  const isOver = unsent === null && message.status !== 'pending'
  return (
    <footer className="message-foot">
      <time className="message-time" dateTime={message.createdAt} title={fullWords(message.createdAt)}>
        {timeWords(message.createdAt)}
      </time>
      <SafetyMark message={message} unsent={unsent} />
      <GivenMarks message={message} />
      <Siblings message={message} />
      {isOver && <MessageActions message={message} />}
      {unsent && <UnsentActions message={message} unsent={unsent} />}
    </footer>
  )
}
