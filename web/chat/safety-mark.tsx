// How safe one message is, in words, and what the words mean for whoever asks.

import { CircleDashed, CircleSlash, Ghost, HardDrive, Smartphone, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import type { Message } from '../../src/client/client.ts'
import { Tooltip } from '../ui/tooltip.tsx'
import type { Unsent } from './outbox.ts'
import { useReach } from './thread-context.ts'

export type Safety =
  | 'device'
  | 'refused'
  | 'disk'
  | 'nothing'
  | 'written'
  | 'stopped'
  | 'interrupted'
  | 'failed'

const marks = {
  device: [Smartphone, 'on this device', 'Only this browser has it so far. It is sent again and again, under one id, until the house says that it is kept.'],
  refused: [TriangleAlert, 'not sent', 'The house did not take it. It stays on this device until you send it again or discard it.'],
  disk: [HardDrive, 'on disk', 'Written to the disk of the house before you were told: it survives a crash and a power cut there.'],
  nothing: [Ghost, 'not kept', 'This house runs in memory: everything is gone when it stops.'],
  written: [CircleDashed, 'being written', 'What has come so far is written down every second. Closing this page does not stop it.'],
  stopped: [CircleSlash, 'stopped', 'Somebody stopped this answer. What it had said is on disk.'],
  interrupted: [TriangleAlert, 'interrupted', 'The house stopped in the middle of this answer. What it had said is on disk, but for the last second at most.'],
  failed: [TriangleAlert, 'failed', 'The model did not finish this answer. What it had said is on disk, and so is what you said.'],
} as const satisfies Record<Safety, readonly [typeof HardDrive, string, string]> // prettier-ignore

export function safetyOf({ status }: Message, unsent: Unsent | null, keepsNothing: boolean): Safety {
  if (unsent) return unsent.refusal ? 'refused' : 'device'
  if (status === 'pending') return 'written'
  if (status === 'stopped' || status === 'interrupted' || status === 'failed') return status
  return keepsNothing ? 'nothing' : 'disk'
}

export function SafetyMark({ message, unsent }: { message: Message; unsent: Unsent | null }) {
  const { keepsNothing } = useReach()
  const [isExplained, setExplained] = useState(false)
  const safety = safetyOf(message, unsent, keepsNothing)
  const [Sign, words, meaning] = marks[safety]
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
