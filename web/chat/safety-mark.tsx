// How safe one message is, in words, and what the words mean for whoever asks.

import { ArrowUp, CircleDashed, CircleSlash, Ghost, HardDrive, Smartphone, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import type { Message } from '../../src/client/client.ts'
import { Tooltip } from '../ui/tooltip.tsx'
import { useConnection, type Connection } from '../connection.ts'
import { timeWords } from './day.ts'
import { useReach } from './thread-context.ts'
import type { Unsent } from './unsent.ts'

export type Safety =
  | 'putting'
  | 'device'
  | 'sent'
  | 'spooled'
  | 'refused'
  | 'disk'
  | 'nothing'
  | 'written'
  | 'stopped'
  | 'interrupted'
  | 'failed'

const marks = {
  device: [Smartphone, 'on this device', 'Only this browser has it so far. It is sent again, under one id, until the house has it.'],
  putting: [CircleDashed, 'being put down', 'It is being written down in this browser.'],
  sent: [ArrowUp, 'sent', 'On its way, and still on this device until the house says that it is kept.'],
  spooled: [HardDrive, 'kept; answered when the store is back', 'Written to the disk of one node while the store is away, and still on this device until the store has it.'],
  refused: [TriangleAlert, 'not sent', 'The house did not take it. It stays on this device until you send it again or discard it.'],
  disk: [HardDrive, 'on disk', 'Written to the disk of the house before you were told: it survives a crash and a power cut there.'],
  nothing: [Ghost, 'not kept', 'This house runs in memory: everything is gone when it stops.'],
  written: [CircleDashed, 'being written', 'What has come so far is written down every second. Closing this page does not stop it.'],
  stopped: [CircleSlash, 'stopped', 'This answer was stopped. What it had said is on disk.'],
  interrupted: [TriangleAlert, 'interrupted', 'The house stopped in the middle of this answer. What it had said is on disk, but for the last second at most.'],
  failed: [TriangleAlert, 'failed', 'The model did not finish this answer. What it had said is on disk, and so is what you said.'],
} as const satisfies Record<Safety, readonly [typeof HardDrive, string, string]> // prettier-ignore

export function safetyOf({ status }: Message, unsent: Unsent | null, keepsNothing: boolean): Safety {
  if (unsent) return unsentSafety(unsent)
  if (status === 'pending') return 'written'
  if (status === 'stopped' || status === 'interrupted' || status === 'failed') return status
  return keepsNothing ? 'nothing' : 'disk'
}

function unsentSafety({ refusal, isSpooled, order, tried }: Unsent): Safety {
  if (refusal) return 'refused'
  if (isSpooled) return 'spooled'
  if (order === undefined) return 'putting'
  return tried && tried.waitsFor === null ? 'sent' : 'device'
}

/** What a message waits for; null: nothing, it goes this moment. */
export function waitsFor({ tried }: Unsent, { online, house, awaySince, isOut }: Connection): string | null {
  const time = tried
    ? `, tried at ${timeWords(tried.at)}`
    : awaySince === null
      ? ''
      : `, since ${timeWords(awaySince)}`
  if (!online || tried?.waitsFor === 'network') return 'waiting for the network'
  if (isOut || tried?.waitsFor === 'signIn') return 'waiting for you to sign in again'
  if (tried?.waitsFor === 'room') return `the house has no room${time}`
  if (tried?.waitsFor === 'busy') return `the house asks for patience${time}`
  return house === 'away' || tried?.waitsFor === 'house' ? `the house is away${time}` : null
}

export function SafetyMark({ message, unsent }: { message: Message; unsent: Unsent | null }) {
  const { keepsNothing } = useReach()
  const [isExplained, setExplained] = useState(false)
  const safety = safetyOf(message, unsent, keepsNothing)
  const connection = useConnection()
  const [Sign, short, meaning] = marks[safety]
  const why = safety === 'device' && unsent ? waitsFor(unsent, connection) : null
  const words = why === null ? short : `${short} · ${why}`
  return (
    <>
      <Tooltip text={meaning}>
        <button
          type="button"
          className="mark"
          data-safety={safety}
          aria-expanded={isExplained}
          onClick={() => setExplained((explained) => !explained)}
        >
          <Sign size={13} aria-hidden="true" />
          <span className="mark-words">{words}</span>
        </button>
      </Tooltip>
      {isExplained && (
        <span className="mark-meaning" role="note">
          {meaning}
        </span>
      )}
    </>
  )
}
