// What stands where a conversation should be while it is not there, and what can be done about it.

import { useConnection } from '../connection.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { timeWords } from './day.ts'
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
  const { online, house, awaySince } = useConnection()
  const waiting = view.unsent.filter(({ refusal }) => refusal === undefined).length
  const isAway = !online || house === 'away' || view.isAway
  if (!isAway || view.window.messages.length + waiting === 0) return null
  return (
    <div className="thread-head">
      <div className="stale-line">
        <p>
          {view.window.messages.length > 0 && (
            <>
              <strong>Stale:</strong> shown as it was at {timeWords(awaySince ?? Date.now())}.{' '}
            </>
          )}
          {waiting > 0 && (waiting === 1 ? 'One message waits here.' : `${waiting} messages wait here.`)}
        </p>
        <Button size="small" onClick={onRetry}>
          Try now
        </Button>
      </div>
    </div>
  )
}
