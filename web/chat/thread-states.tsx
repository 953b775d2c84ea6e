// What stands where a conversation should be while it is not there, and what can be done about it.

import { useConnection } from '../connection.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { fullWords, timeWords, dayOf } from './day.ts'
import { Hidden } from '../ui/hidden.tsx'
import type { Phase, ThreadView } from './thread-view.ts'

export function Loading() {
  return (
    <div className="thread-loading" role="status">
      <Hidden>The conversation is being fetched.</Hidden>
      {['62%', '94%', '88%', '40%', '91%', '73%'].map((width) => (
        <Skeleton key={width} width={width} />
      ))}
    </div>
  )
}

type TroubleProps = { phase: Phase; fault: ThreadView['fault']; onRetry: () => void }

export function Trouble({ phase, fault, onRetry }: TroubleProps) {
  if (phase === 'missing')
    return (
      <div className="thread-trouble">
        <Empty title="There is no conversation here.">
          <p>Its address may be wrong, or it belongs to somebody else. Nothing of yours was lost.</p>
        </Empty>
      </div>
    )
  if (phase === 'binned')
    return (
      <div className="thread-trouble">
        <Empty title="This conversation is in the bin.">
          <p>It can be restored from the bin for 30 days.</p>
        </Empty>
      </div>
    )
  return (
    <div className="thread-trouble" role="alert">
      <Empty title="This conversation could not be fetched.">
        <p>
          {fault?.message} {fault?.hint}
        </p>
        <Button onClick={onRetry}>Try again</Button>
      </Empty>
    </div>
  )
}

/** What stands here may be old, and what was said may still be only here: told where it is read. */
export function StaleLine({ view, onRetry }: { view: ThreadView; onRetry: () => void }) {
  const { online, house, awaySince, isOut } = useConnection()
  const waiting = view.unsent.filter(({ refusal, isSpooled }) => !refusal && !isSpooled).length
  const isAway = !online || house === 'away' || isOut || view.isAway
  if (!isAway || view.window.messages.length + waiting === 0) return null
  return (
    <div className="thread-head">
      <div className="stale-line">
        <p>
          {view.window.messages.length > 0 && (
            <>
              <strong>Stale:</strong> from this device, as it was at{' '}
              {momentWords(view.readAt ?? awaySince ?? Date.now())}.{' '}
            </>
          )}
          {isOut && 'The house does not know this browser any more: sign in again. '}
          {waiting > 0 && (waiting === 1 ? 'One message waits here.' : `${waiting} messages wait here.`)}
        </p>
        <Button size="small" onClick={onRetry}>
          Try now
        </Button>
      </div>
    </div>
  )
}

/** The day only where it is another one. */
const momentWords = (at: number): string =>
  dayOf(at) === dayOf(Date.now()) ? timeWords(at) : fullWords(new Date(at).toISOString())
