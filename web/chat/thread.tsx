// The conversation: what was said, what stands in the way, and the place to say the next thing.

import { type CSSProperties, useCallback, useMemo, useState } from 'react'
import type { Message } from '../../src/client/client.ts'
import { personaHue } from '../threads/personas.ts'
import { Announcer } from './announcer.tsx'
import { BranchBar } from './branch-bar.tsx'
import { Composer } from './composer.tsx'
import { conversations, isNamedHere } from './conversations.ts'
import { EmptyThread } from './empty-thread.tsx'
import { MessageList } from './message-list.tsx'
import { StrayNotes } from './stray-note.tsx'
import { ThreadContext } from './thread-context.ts'
import { Loading, StaleLine, Trouble } from './thread-states.tsx'
import { entriesOf, lastOwn, pendingOf, type ThreadView } from './thread-view.ts'
import { useKeepsNothing } from './use-keeps-nothing.ts'
import { useThread, type ThreadAsked } from './use-thread.ts'

export { conversations }

export function Thread(asked: ThreadAsked) {
  const { threadId, personaId, focusMessageId } = asked
  const { view, verbs, conversation } = useThread(asked)
  const keepsNothing = useKeepsNothing(view.durability)
  const [mending, setMending] = useState<Message | null>(null)
  const doneMending = useCallback(() => setMending(null), [])
  const live = conversation?.live ?? null
  const isOpen = canSay(view)
  const reach = useMemo(
    () => ({ verbs, live, keepsNothing, mend: setMending, canSay: isOpen }),
    [verbs, live, keepsNothing, isOpen],
  )
  const isRunning = pendingOf(view).length > 0
  return (
    <ThreadContext value={reach}>
      <section
        className="thread"
        aria-label="Conversation"
        style={{ '--hue': personaHue(personaId) } as CSSProperties}
        onKeyDown={({ key, target, defaultPrevented }) => {
          if (key === 'Escape' && isRunning && !defaultPrevented && !isInMenu(target)) verbs.stop()
        }}
      >
        <h2 className="hidden">Conversation</h2>
        <StaleLine view={view} onRetry={verbs.retry} />
        <Body
          key={threadId}
          threadId={threadId}
          view={view}
          personaId={personaId}
          focusMessageId={focusMessageId}
          onRetry={verbs.retry}
        />
        <Announcer view={view} />
        {isOpen && (
          <footer className="thread-foot">
            <StrayNotes strays={view.strays} />
            {view.reading && <BranchBar onStay={verbs.stay} onBack={verbs.lookBack} />}
            <Composer
              key={threadId}
              threadId={threadId}
              isRunning={isRunning}
              isReady={conversation !== null}
              lastOwn={lastOwn(view)}
              mending={mending}
              isMendingUnsent={view.unsent.some(({ id }) => id === mending?.id)}
              onMend={setMending}
              onMended={doneMending}
              verbs={verbs}
            />
          </footer>
        )}
      </section>
    </ThreadContext>
  )
}

type BodyProps = Pick<ThreadAsked, 'threadId' | 'personaId' | 'focusMessageId'> & {
  view: ThreadView
  onRetry: () => void
}

function Body({ threadId, view, personaId, focusMessageId, onRetry }: BodyProps) {
  const { window, unsent, phase } = view
  const entries = useMemo(() => entriesOf({ window, unsent }), [window, unsent])
  if (entries.length > 0)
    return (
      <MessageList
        entries={entries}
        hasMore={window.hasMore}
        focusMessageId={focusMessageId}
        saidHere={view.saidHere}
      />
    )
  if (phase === 'loading') return <Loading />
  // Before its first message the screen around it says what this is.
  if (phase === 'ready') return isNamedHere(threadId) ? null : <EmptyThread personaId={personaId} />
  return <Trouble phase={phase} fault={view.fault} onRetry={onRetry} />
}

const canSay = ({ phase }: ThreadView): boolean => phase !== 'missing' && phase !== 'binned'

/** There Escape has another meaning. */
const isInMenu = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('[role=menu], dialog') !== null
