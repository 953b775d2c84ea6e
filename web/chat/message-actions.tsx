// What can be done with one message: under a pointer what is done most, and the rest in a menu; under a finger all of it in the menu.

import {
  Check,
  Copy,
  Ellipsis,
  PenLine,
  Pin,
  PinOff,
  RotateCcw,
  ThumbsDown,
  ThumbsUp,
  Trash2,
} from 'lucide-react'
import type { Message } from '../../src/client/client.ts'
import { Face } from '../threads/face.tsx'
import { usePersonas } from '../threads/personas.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { isTouch } from '../ui/touch.ts'
import { useReach } from './thread-context.ts'
import type { ThreadVerbs } from './use-thread.ts'
import { useCopied } from './use-copied.ts'

export function MessageActions({ message }: { message: Message }) {
  const { verbs, mend, canSay } = useReach()
  const [isCopied, copy] = useCopied()
  const items = useItems(message)
  const often = [
    {
      label: isCopied ? 'Copied' : 'Copy',
      icon: isCopied ? <Check size={16} /> : <Copy size={16} />,
      onSelect: () => copy(message.text),
    },
    ...(canSay && message.role === 'user'
      ? [{ label: 'Edit', icon: <PenLine size={16} />, onSelect: () => mend(message) }]
      : []),
    ...(canSay && message.role === 'assistant'
      ? [{ label: 'Answer again', icon: <RotateCcw size={16} />, onSelect: () => verbs.again(message) }]
      : []),
    ...thumbsOf(message, verbs),
  ]
  return (
    <span className="message-actions" role="group" aria-label="Actions">
      {!isTouch && often.map((item, index) => <Often key={index} item={item} />)}
      <Menu
        label="More to do with this message"
        items={isTouch ? [...often, ...items] : items}
        trigger={
          <button type="button" className="icon-button" data-size="small" aria-label="More">
            <Ellipsis size={15} />
          </button>
        }
      />
    </span>
  )
}

function Often({ item: { label, icon, checked, onSelect } }: { item: MenuItem }) {
  return (
    <IconButton label={label} size="small" aria-pressed={checked} onClick={onSelect}>
      {icon}
    </IconButton>
  )
}

/** Pressed once more it is taken off. */
function thumbsOf(message: Message, verbs: ThreadVerbs): MenuItem[] {
  if (message.role !== 'assistant') return []
  const given = message.marks?.thumb ?? null
  const thumb = (value: 'up' | 'down') => () =>
    verbs.mark(message, { name: 'thumb', value: given === value ? null : value })
  return [
    { label: 'Helpful', icon: <ThumbsUp size={16} />, checked: given === 'up', onSelect: thumb('up') },
    {
      label: 'Not helpful',
      icon: <ThumbsDown size={16} />,
      checked: given === 'down',
      onSelect: thumb('down'),
    },
  ]
}

function useItems(message: Message): MenuItem[] {
  const { verbs, canSay } = useReach()
  const personas = usePersonas()
  const isPinned = message.marks?.pin === true
  const pin = {
    label: isPinned ? 'Unpin' : 'Pin',
    icon: isPinned ? <PinOff size={16} /> : <Pin size={16} />,
    onSelect: () => verbs.mark(message, { name: 'pin', value: isPinned ? null : true }),
  }
  const others =
    canSay && message.role === 'assistant' ? personas.filter(({ id }) => id !== message.personaId) : []
  const asAnother = others.map((persona) => ({
    label: `Answer again as ${persona.name}`,
    icon: <Face persona={persona} size="small" />,
    note: persona.description,
    onSelect: () => verbs.again(message, persona.id),
  }))
  const remove = {
    label: 'Delete',
    icon: <Trash2 size={16} />,
    danger: true,
    onSelect: () => verbs.remove(message),
  }
  return [pin, ...asAnother, remove]
}
