// A line that stands where words will be; a screen reader hears only what is said around it.

import type { CSSProperties } from 'react'

export function Skeleton({ width = '100%' }: { width?: string }) {
  return <span className="skeleton" aria-hidden="true" style={{ '--width': width } as CSSProperties} />
}
