// A conversation, begun or about to be: its head, and below it everything that is said.

import type { ReactNode } from 'react'
import type { KnownThread } from '../threads/use-known-thread.ts'
import { titleOf } from '../threads/deeds.ts'
import type { NextThread } from '../threads/next-thread.ts'
import { Hidden } from '../ui/hidden.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ConversationHead } from './conversation-head.tsx'
import { LoadedThread } from './loaded-thread.tsx'
import { NotFound } from './not-found.tsx'
import { Trouble } from './trouble.tsx'
import { Welcome } from './welcome.tsx'

type ConversationProps = {
  /** Null: it has not begun, and its name is the next one's. */
  threadId: string | null
  messageId: string | null
  known: KnownThread
  next: NextThread
  isRenamed: boolean
  onRename: (isRenamed: boolean) => void
  onCreated: (threadId: string) => void
  /** The way to the list, where it does not stand beside. */
  drawerButton: ReactNode
}

export function Conversation({
  threadId,
  messageId,
  known,
  next,
  isRenamed,
  onRename,
  onCreated,
  drawerButton,
}: ConversationProps) {
  const isNew = threadId === null
  if (!isNew && known.state === 'missing') return <NotFound what="conversation" drawerButton={drawerButton} />
  if (!isNew && known.state === 'failed')
    return (
      <Trouble
        title="This conversation cannot be read now"
        fault={known.fault}
        onRetry={known.retry}
        drawerButton={drawerButton}
      />
    )
  const thread = isNew || known.state !== 'known' ? null : known.thread
  const id = threadId ?? next.id
  return (
    <div className="conversation" data-new={isNew ? '' : undefined}>
      <title>{thread ? `${titleOf(thread)} · Threadkeep` : 'Threadkeep'}</title>
      <header className="conversation-head">
        {drawerButton}
        {thread ? (
          <ConversationHead thread={thread} isRenamed={isRenamed} onRename={onRename} />
        ) : (
          <TitleOnItsWay isNew={isNew} />
        )}
      </header>
      {isNew && <Welcome personaId={next.personaId} onPersona={next.choose} onPrompt={next.prompt} />}
      <LoadedThread
        key={id}
        threadId={id}
        personaId={isNew ? next.personaId : (thread?.defaultPersonaId ?? null)}
        onThreadCreated={onCreated}
        focusMessageId={messageId}
      />
    </div>
  )
}

/** A new conversation has its heading below; one that is fetched has one before its title is known. */
function TitleOnItsWay({ isNew }: { isNew: boolean }) {
  if (isNew) return <div className="conversation-title" />
  return (
    <h1 className="conversation-title">
      <Hidden>A conversation on its way</Hidden>
      <Skeleton width="12rem" />
    </h1>
  )
}
