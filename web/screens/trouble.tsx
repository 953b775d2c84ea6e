// Something did not work: what was tried, what is known, and the way on.

import type { ReactNode } from 'react'
import type { ThreadkeepError } from '../../src/client/client.ts'
import { faultWords } from '../fault-words.ts'
import { Button } from '../ui/button.tsx'

type TroubleProps = {
  title: string
  fault: ThreadkeepError | Error
  onRetry: () => void
  /** The way to the list, where it does not stand beside. */
  drawerButton?: ReactNode
}

export function Trouble({ title, fault, onRetry, drawerButton }: TroubleProps) {
  const { message, hint } = faultWords(fault)
  const details = 'details' in fault ? fault.details : undefined
  const requestId = (details as { requestId?: unknown } | undefined)?.requestId
  return (
    <section className="notice-screen" role="alert">
      {drawerButton && <div className="screen-head">{drawerButton}</div>}
      <h1 className="notice-title">{title}</h1>
      <p>{message}</p>
      {hint && <p>{hint}</p>}
      <p className="notice-soft">What was said before and shown as kept is kept.</p>
      <Button kind="solid" onClick={onRetry}>
        Try again
      </Button>
      {typeof requestId === 'string' && (
        <p className="notice-soft">
          For whoever runs this house: request <code>{requestId}</code>
        </p>
      )}
    </section>
  )
}
