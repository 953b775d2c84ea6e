// Words that only a screen reader says.

import type { ReactNode } from 'react'

export function Hidden({ children }: { children: ReactNode }) {
  return <span className="hidden">{children}</span>
}
