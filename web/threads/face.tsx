// The face of a persona: a few strokes of ink on paper of its hue; an initial for whoever has none drawn.

import type { CSSProperties } from 'react'
import type { Persona } from './personas.ts'

/** Brows and hair, eyes, mouth: 48 by 48, one pen. */
const strokes: Record<string, string[]> = {
  sweet_supportive: [
    'M10 26C9 14 16 8 24 8s15 6 14 18',
    'M13 20c6-1 10-4 12-8 2 4 5 6 10 8',
    'M17.5 25.5c1-1.4 3-1.4 4 0M26.5 25.5c1-1.4 3-1.4 4 0',
    'M17.5 31.5c3.4 4.2 9.6 4.2 13 0',
    'M11 27c1 8 6 13 13 13s12-5 13-13',
  ],
  flirtatious: [
    'M11 30C8 16 14 8 24 8c9 0 15 6 14 17-.3 4 1 7 3 9',
    'M14 19C20 18 27 15 30 11',
    'M16 21.5c1.6-1.6 4-1.8 5.8-.6M27 22.8c1.6-.6 3.6-.5 5 .3',
    'M19.2 25.2v1.8M27 26.2h5',
    'M18.5 32c3 2.8 8 2.6 11.5-1.2',
    'M11.5 29c1.6 7 6.4 11 12.5 11 6.600 0 11.400-4.600 12.800-12',
  ],
  dominant: [
    'M12 36V22C12 12 17 8 24 8s12 4 12 14v14',
    'M13 18h22',
    'M16.500 22.500l5.500 1M31.500 22.500l-5.500 1',
    'M19.200 26.200v1.600M28.800 26.200v1.600',
    'M19 33.500c3 .8 7 .8 10 0',
    'M13 29c1.400 7 5.400 11 11 11s9.600-4 11-11',
  ],
  calm_mature: [
    'M11 28C9 15 15 9 24 9s15 6 13 19',
    'M19.500 9.500C19 4.500 29 4.500 28.500 9.500',
    'M12.500 21C17 19 21 16 23 12.500c3 4.500 7 7 12.500 8.500',
    'M16.500 26c1.200 1.600 3.600 1.600 4.800 0M26.700 26c1.200 1.600 3.600 1.600 4.800 0',
    'M20 33c2.400 1.400 5.600 1.400 8 0',
    'M11.500 28.500C13 36 17.600 40 24 40s11-4 12.500-11.500',
  ],
}

export function Face({
  persona,
  size = 'usual',
}: {
  persona: Persona | undefined
  size?: 'small' | 'usual' | 'large'
}) {
  const lines = strokes[persona?.id ?? '']
  return (
    <span
      className="face"
      data-size={size}
      aria-hidden="true"
      style={{ '--hue': persona?.hue ?? 35 } as CSSProperties}
    >
      {lines ? (
        <svg
          viewBox={size === 'small' ? '6 4 36 38' : '2 1 44 44'}
          fill="none"
          stroke="currentColor"
          strokeLinecap="round"
          strokeLinejoin="round"
        >
          {lines.map((line) => (
            <path key={line} d={line} />
          ))}
        </svg>
      ) : (
        (persona?.name ?? '?').slice(0, 1)
      )}
    </span>
  )
}
