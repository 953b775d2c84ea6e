// What was put beside a message: a pin, a thumb.

import { Pin, ThumbsDown, ThumbsUp } from 'lucide-react'
import type { Message } from '../../src/client/client.ts'

const thumbs = { up: [ThumbsUp, 'helpful'], down: [ThumbsDown, 'not helpful'] } as const

export function GivenMarks({ message: { marks } }: { message: Message }) {
  const [Thumb, words] = marks?.thumb ? thumbs[marks.thumb] : [null, '']
  return (
    <>
      {marks?.pin === true && (
        <span className="mark">
          <Pin size={13} aria-hidden="true" /> pinned
        </span>
      )}
      {Thumb && (
        <span className="mark">
          <Thumb size={13} aria-hidden="true" /> {words}
        </span>
      )}
    </>
  )
}
