// A few words about what the pointer rests on, or what the keyboard has come to; never the only place where they are said.

import { type CSSProperties, type ReactNode, useRef, useState } from 'react'

const restMs = 450
const gap = 8
const edge = 96

type Spot = { x: number; y: number }

export function Tooltip({ text, children }: { text: string; children: ReactNode }) {
  const [spot, setSpot] = useState<Spot | null>(null)
  const timer = useRef(0)
  const hide = () => {
    window.clearTimeout(timer.current)
    setSpot(null)
  }
  const showSoon = (at: Element, afterMs: number) => {
    window.clearTimeout(timer.current)
    timer.current = window.setTimeout(() => at.isConnected && setSpot(spotBy(at)), afterMs)
  }
  return (
    <span
      className="tooltip-anchor"
      onPointerOver={({ pointerType, target }) =>
        pointerType === 'mouse' && showSoon(pressed(target), restMs)
      }
      onPointerOut={hide}
      onPointerDown={hide}
      onFocus={({ target }) => target.matches(':focus-visible') && showSoon(pressed(target), restMs)}
      onBlur={hide}
      onKeyDown={({ key }) => key === 'Escape' && hide()}
    >
      {children}
      {spot && (
        <span
          className="tooltip"
          role="tooltip"
          popover="manual"
          ref={show}
          style={{ '--x': `${spot.x}px`, '--y': `${spot.y}px` } as CSSProperties}
        >
          {text}
        </span>
      )}
    </span>
  )
}

const pressed = (target: EventTarget): Element => {
  const element = target as Element
  return element.closest('button, a, [tabindex]') ?? element
}

/** Below what it is about; above it at the foot of the page. */
function spotBy(element: Element): Spot {
  const { left, top, bottom } = element.getBoundingClientRect()
  const isAtFoot = bottom + edge > window.innerHeight
  return {
    x: Math.max(gap, Math.min(left, window.innerWidth - edge * 2)),
    y: isAtFoot ? top - 4 * gap - 2 : bottom + gap,
  }
}

function show(tip: HTMLElement | null): void {
  if (tip && !tip.matches(':popover-open')) tip.showPopover()
}
