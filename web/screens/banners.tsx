// What everybody on this page has to know: that the house is away, that there is no network, that nothing is kept.

import { lazy, Suspense, useEffect, useState } from 'react'
import { useConnection } from '../connection.ts'
import { keepsNothing } from '../house.ts'
import { lastUser } from '../last-user.ts'

// Where it cannot be had now, the marks of what waits say it alone.
const SignedOut = lazy(() =>
  import('./signed-out.tsx').then(
    ({ SignedOut }) => ({ default: SignedOut }),
    () => ({ default: () => null }),
  ),
)

/** A conversation says itself what becomes of what is written while the house is away. */
export function Banners({ isConversation }: { isConversation: boolean }) {
  const { online, house, awaySince, isOut } = useConnection()
  const isEphemeral = useEphemeral(house === 'here')
  return (
    <div className="banners" role="status">
      {!isConversation && !online && (
        <p className="banner" data-kind="warn">
          <strong>There is no network.</strong> What you write stays on this device and is sent when it is
          back.
        </p>
      )}
      {!isConversation && online && house === 'away' && (
        <p className="banner" data-kind="warn">
          <strong>The house has not answered since {clock(awaySince)}.</strong> What you write stays on this
          device and is sent when it answers.
        </p>
      )}
      {isOut && lastUser !== null && (
        <Suspense>
          <SignedOut />
        </Suspense>
      )}
      {isEphemeral && (
        <p className="banner" data-kind="danger">
          <strong>Nothing is kept here.</strong> This house runs in memory: all that is said is gone when it
          stops.
        </p>
      )}
    </div>
  )
}

/** Asked again whenever the house is back: it may have been started with another store. */
function useEphemeral(isHere: boolean): boolean {
  const [isEphemeral, setEphemeral] = useState(false)
  useEffect(() => {
    // Unanswered, nothing is known and nothing is said.
    if (isHere) keepsNothing().then(setEphemeral, () => undefined)
  }, [isHere])
  return isEphemeral
}

const clock = (at: number | null): string =>
  new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' }).format(at ?? Date.now())
