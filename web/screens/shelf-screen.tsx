// What was put away: the archive, and the bin with its way back and its way out.

import { type ReactNode, useState } from 'react'
import type { Thread } from '../../src/client/client.ts'
import { forget, titleOf } from '../threads/deeds.ts'
import { ShelfList } from '../threads/shelf-list.tsx'
import type { ShelfName } from '../threads/shelf.ts'
import { useShelfView } from '../threads/use-shelf-view.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Empty } from '../ui/empty.tsx'

const words: Record<Exclude<ShelfName, 'active'>, { title: string; note: string; empty: string }> = {
  archived: {
    title: 'Archive',
    note: 'Out of the list and still yours: to read, to go on with, to put back.',
    empty: 'Nothing is archived',
  },
  binned: {
    title: 'Bin',
    note: 'Kept for 30 days, then removed. Restore what you miss.',
    empty: 'The bin is empty',
  },
}

type ShelfScreenProps = { name: Exclude<ShelfName, 'active'>; drawerButton: ReactNode }

export function ShelfScreen({ name, drawerButton }: ShelfScreenProps) {
  const { title, note, empty } = words[name]
  const view = useShelfView(name)
  const [doomed, setDoomed] = useState<Thread | null>(null)
  return (
    <section className="shelf-screen">
      <title>{`${title} · Threadkeep`}</title>
      {drawerButton && <div className="screen-head">{drawerButton}</div>}
      <header className="shelf-head">
        <h1 className="notice-title">{title}</h1>
        <p>{note}</p>
      </header>
      <ShelfList
        view={view}
        openId={null}
        dayLevel={2}
        onGo={() => undefined}
        empty={<Empty title={empty} />}
        {...(name === 'binned' ? { onForget: setDoomed } : {})}
      />
      <Dialog title="Remove it for good?" open={doomed !== null} onClose={() => setDoomed(null)}>
        <p>
          “{doomed && titleOf(doomed)}” and every word in it will be gone from this house. There is no way
          back.
        </p>
        <div className="dialog-actions">
          <Button onClick={() => setDoomed(null)}>Keep it</Button>
          <Button
            kind="danger"
            onClick={() => {
              if (doomed) void forget(doomed)
              setDoomed(null)
            }}
          >
            Remove for good
          </Button>
        </div>
      </Dialog>
    </section>
  )
}
