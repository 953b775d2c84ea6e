// What the menu of a thread offers, in the list and above the conversation alike.

import { Archive, ArchiveRestore, Pencil, Pin, PinOff, Trash2, Undo2 } from 'lucide-react'
import type { Thread } from '../../src/client/client.ts'
import type { MenuItem } from '../ui/menu.tsx'
import { archive, bin, pin, restore } from './deeds.ts'

const size = 16

type Asked = { onRename: () => void; onForget?: (() => void) | undefined }

export function threadItems(thread: Thread, { onRename, onForget }: Asked): MenuItem[] {
  if (thread.binned) return binnedItems(thread, onForget)
  const { pinned, archived } = thread
  return [
    { label: 'Rename', icon: <Pencil size={size} />, shortcut: 'F2', onSelect: onRename },
    {
      label: pinned ? 'Unpin' : 'Pin',
      icon: pinned ? <PinOff size={size} /> : <Pin size={size} />,
      onSelect: () => void pin(thread, !pinned),
    },
    {
      label: archived ? 'Back to the list' : 'Archive',
      icon: archived ? <ArchiveRestore size={size} /> : <Archive size={size} />,
      onSelect: () => void archive(thread, !archived),
    },
    {
      label: 'Put in the bin',
      icon: <Trash2 size={size} />,
      shortcut: 'Del',
      danger: true,
      onSelect: () => void bin(thread),
    },
  ]
}

function binnedItems(thread: Thread, onForget: (() => void) | undefined): MenuItem[] {
  const back = { label: 'Restore', icon: <Undo2 size={size} />, onSelect: () => void restore(thread) }
  if (!onForget) return [back]
  const forget = { label: 'Remove for good', icon: <Trash2 size={size} />, danger: true, onSelect: onForget }
  return [back, forget]
}
