// The whole page: the conversations at the side, one of them in the middle, and what lies above both for a moment.

import { type CSSProperties, lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { Menu as MenuSign } from 'lucide-react'
import { newPath, threadPath, useGo, usePlace } from './place.ts'
import { Banners } from './screens/banners.tsx'
import { Conversation } from './screens/conversation.tsx'
import { NotFound } from './screens/not-found.tsx'
import { ShelfScreen } from './screens/shelf-screen.tsx'
import { TroubleBoundary } from './screens/trouble-boundary.tsx'
import { followNews } from './threads/news.ts'
import { useNextThread } from './threads/next-thread.ts'
import { usePersona } from './threads/personas.ts'
import { refresh } from './threads/shelf.ts'
import { ThreadsPanel } from './threads/threads-panel.tsx'
import { useKnownThread } from './threads/use-known-thread.ts'
import { Drawer } from './ui/drawer.tsx'
import { IconButton } from './ui/icon-button.tsx'
import { Toaster } from './ui/toaster.tsx'
import { useEdgeSwipe } from './ui/use-edge-swipe.ts'
import { useMedia } from './ui/use-media.ts'
import { useKeys } from './use-keys.ts'

const Palette = lazy(() => import('./threads/palette.tsx').then(({ Palette }) => ({ default: Palette })))

type Above = 'nothing' | 'drawer' | 'palette'

export function App() {
  const place = usePlace()
  const go = useGo()
  const next = useNextThread(place.at === 'new')
  const isNarrow = useMedia('(max-width: 52rem)')
  const [above, setAbove] = useState<Above>('nothing')
  const [isRenamed, setRenamed] = useState(false)
  const threadId = place.at === 'thread' ? place.threadId : null
  const known = useKnownThread(threadId)
  const openThread = known.state === 'known' ? known.thread : null
  const persona = usePersona(threadId === null ? next.personaId : (openThread?.defaultPersonaId ?? null))

  const { choose } = next
  const close = useCallback(() => setAbove('nothing'), [])
  const begin = useCallback(
    (personaId?: string) => {
      close()
      if (personaId !== undefined) choose(personaId)
      go(newPath)
    },
    [close, go, choose],
  )
  const beginPlain = useCallback(() => begin(), [begin])
  const findAnything = useCallback(() => setAbove('palette'), [])
  const created = useCallback(
    (id: string) => {
      // What cannot be fetched now is fetched with its next change.
      refresh(id).catch(() => undefined)
      go(threadPath(id), { replace: true })
    },
    [go],
  )

  useEffect(followNews, [])
  useEffect(() => setRenamed(false), [threadId])
  useKeys({ onPalette: findAnything, onNew: beginPlain })
  const swipe = useEdgeSwipe(() => isNarrow && setAbove('drawer'))
  const panel = <ThreadsPanel place={place} onNew={beginPlain} onPalette={findAnything} onGo={close} />
  const drawerButton = isNarrow && (
    <IconButton label="Conversations" onClick={() => setAbove('drawer')}>
      <MenuSign size={20} />
    </IconButton>
  )
  const screen = () => {
    if (place.at === 'archived' || place.at === 'bin')
      return <ShelfScreen name={place.at === 'bin' ? 'binned' : 'archived'} drawerButton={drawerButton} />
    if (place.at === 'nowhere') return <NotFound what="page" drawerButton={drawerButton} />
    return (
      <Conversation
        threadId={threadId}
        messageId={place.at === 'thread' ? place.messageId : null}
        known={known}
        next={next}
        isRenamed={isRenamed}
        onRename={setRenamed}
        onCreated={created}
        drawerButton={drawerButton}
      />
    )
  }
  return (
    <div className="page" style={{ '--hue': persona?.hue ?? 35 } as CSSProperties} {...swipe}>
      {!isNarrow && panel}
      <main className="page-main">
        <Banners isConversation={place.at === 'thread' || place.at === 'new'} />
        <TroubleBoundary>{screen()}</TroubleBoundary>
      </main>
      {isNarrow && above === 'drawer' && (
        <Drawer label="Conversations" onClose={close}>
          {panel}
          <Toaster />
        </Drawer>
      )}
      {above === 'palette' && (
        <Suspense>
          <Palette openThread={openThread} onNew={begin} onRename={() => setRenamed(true)} onClose={close} />
        </Suspense>
      )}
      {/* What lies beside an open drawer cannot be pressed: there it has the toasts inside. */}
      {above !== 'drawer' && <Toaster />}
    </div>
  )
}
