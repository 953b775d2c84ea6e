// What can be done with one message: the two things that are done most, and the rest in a menu.

import { Check, Copy, Ellipsis, PenLine, RotateCcw, Trash2 } from 'lucide-react'
import type { Message } from '../../src/client/client.ts'
import { usePersonas } from '../threads/personas.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { useReach } from './thread-context.ts'
import { useCopied } from './use-copied.ts'

export function MessageActions({ message }: { message: Message }) {
  const { verbs, mend } = useReach()
  const [isCopied, copy] = useCopied()
  const items = useItems(message)
  const isOwn = message.role === 'user'
  return (
    <span className="message-actions" role="group" aria-label="Actions">
      <IconButton label={isCopied ? 'Copied' : 'Copy'} size="small" onClick={() => copy(message.text)}>
        {isCopied ? <Check size={15} /> : <Copy size={15} />}
      </IconButton>
      {isOwn ? (
        <IconButton label="Edit" size="small" onClick={() => mend(message)}>
          <PenLine size={15} />
        </IconButton>
      ) : (
        message.role === 'assistant' && (
          <IconButton label="Answer again" size="small" onClick={() => verbs.again(message)}>
            <RotateCcw size={15} />
          </IconButton>
        )
      )}
      <Menu
        label="More to do with this message"
        items={items}
        trigger={
          <button type="button" className="icon-button" data-size="small" aria-label="More">
            <Ellipsis size={15} />
          </button>
        }
      />
    </span>
  )
}

function useItems(message: Message): MenuItem[] {
  const { verbs } = useReach()
  const personas = usePersonas()
  const others = message.role === 'assistant' ? personas.filter(({ id }) => id !== message.personaId) : []
  const asAnother = others.map(({ id, name, description }) => ({
    label: `Answer again as ${name}`,
    note: description,
    onSelect: () => verbs.again(message, id),
  }))
  const remove = {
    label: 'Delete',
    icon: <Trash2 size={16} />,
    danger: true,
    onSelect: () => verbs.remove(message),
  }
  return [...asAnother, remove]
}
