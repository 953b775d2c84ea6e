// Something did not work: what was tried, what is known, and the way on.

import type { ThreadkeepError } from '../../src/client/client.ts'
import { Button } from '../ui/button.tsx'

type TroubleProps = { title: string; fault: ThreadkeepError | Error; onRetry: () => void }

export function Trouble({ title, fault, onRetry }: TroubleProps) {
  const { hint, details } = 'hint' in fault ? fault : { hint: '', details: undefined }
  const requestId = (details as { requestId?: unknown } | undefined)?.requestId
  return (
    <section className="notice-screen" role="alert">
      <h1 className="notice-title">{title}</h1>
      <p>{fault.message}</p>
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
