// An address with nothing at it.

import type { ReactNode } from 'react'
import { newPath, useGo } from '../place.ts'
import { Button } from '../ui/button.tsx'

type NotFoundProps = { what: 'conversation' | 'page'; drawerButton: ReactNode }

export function NotFound({ what, drawerButton }: NotFoundProps) {
  const go = useGo()
  return (
    <section className="notice-screen">
      <title>Nothing here · Threadkeep</title>
      {drawerButton && <div className="screen-head">{drawerButton}</div>}
      <h1 className="notice-title">There is no such {what}</h1>
      <p>
        {what === 'conversation'
          ? 'It was removed for good, or it belongs to somebody else, or to you in another browser: a guest’s conversations live where they began.'
          : 'Nothing lives at this address.'}
      </p>
      <Button kind="solid" onClick={() => go(newPath)}>
        Begin a new conversation
      </Button>
    </section>
  )
}
