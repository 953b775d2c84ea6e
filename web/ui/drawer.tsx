// What lies beside the page on a wide screen and comes in over it on a narrow one: a swipe, Escape or a press beside it sends it away.

import { type CSSProperties, type ReactNode, type TouchEvent, useRef, useState } from 'react'
import { openModal } from './dialog.tsx'

type DrawerProps = { label: string; onClose: () => void; children: ReactNode }

/** Pushed further than this share of its width, it goes. */
const goneShare = 0.3

export function Drawer({ label, onClose, children }: DrawerProps) {
  const { pushedPx, isPushed, ...push } = usePush(onClose)
  return (
    <dialog
      className="drawer"
      aria-label={label}
      data-pushed={isPushed ? '' : undefined}
      style={{ '--pushed': `${pushedPx}px` } as CSSProperties}
      ref={openModal}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onPointerDown={({ target, currentTarget }) => target === currentTarget && onClose()}
      {...push}
    >
      {children}
    </dialog>
  )
}

/** It follows the finger to the left, and comes back if it was not meant. */
function usePush(onGone: () => void) {
  const from = useRef<{ x: number; y: number } | null>(null)
  const [pushedPx, setPushedPx] = useState(0)
  return {
    pushedPx,
    isPushed: pushedPx < 0,
    onTouchStart: ({ touches }: TouchEvent) => {
      const touch = touches[0]
      from.current = touch ? { x: touch.clientX, y: touch.clientY } : null
    },
    onTouchMove: ({ touches }: TouchEvent) => {
      const touch = touches[0]
      if (!touch || !from.current) return
      const x = touch.clientX - from.current.x
      const y = touch.clientY - from.current.y
      if (pushedPx === 0 && Math.abs(y) > Math.abs(x)) from.current = null
      else setPushedPx(Math.min(0, x))
    },
    onTouchEnd: ({ currentTarget }: TouchEvent) => {
      if (-pushedPx > currentTarget.clientWidth * goneShare) onGone()
      setPushedPx(0)
    },
  }
}
