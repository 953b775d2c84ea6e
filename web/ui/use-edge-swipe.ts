// A finger that comes in from the left edge of a narrow page, as the way to what is hidden there.

import { type TouchEvent, useRef } from 'react'

const edgePx = 32
const wayPx = 48

export function useEdgeSwipe(onSwipe: () => void) {
  const from = useRef<{ x: number; y: number } | null>(null)
  return {
    onTouchStart: ({ touches }: TouchEvent) => {
      const touch = touches[0]
      from.current = touch && touch.clientX < edgePx ? { x: touch.clientX, y: touch.clientY } : null
    },
    onTouchMove: ({ touches }: TouchEvent) => {
      const touch = touches[0]
      if (!touch || !from.current) return
      const x = touch.clientX - from.current.x
      const y = Math.abs(touch.clientY - from.current.y)
      if (x < wayPx || x < y) return
      from.current = null
      onSwipe()
    },
  }
}
