// Who answers in this conversation from now on, each with a line about them.

import { ChevronDown } from 'lucide-react'
import type { Thread } from '../../src/client/client.ts'
import { Menu } from '../ui/menu.tsx'
import { choosePersona } from './deeds.ts'
import { Face } from './face.tsx'
import { usePersona, usePersonas } from './personas.ts'

export function PersonaPicker({ thread }: { thread: Thread }) {
  const personas = usePersonas()
  const chosen = usePersona(thread.defaultPersonaId)
  const items = personas.map((persona) => ({
    label: persona.name,
    note: persona.description,
    icon: <Face persona={persona} size="small" />,
    checked: persona.id === chosen?.id,
    onSelect: () => void choosePersona(thread, persona.id),
  }))
  return (
    <Menu
      label="Who answers"
      trigger={
        <button
          type="button"
          className="persona-picker"
          aria-label={`${chosen?.name ?? 'Nobody'} answers. Choose another.`}
        >
          <Face persona={chosen} size="small" />
          <span className="persona-picker-name">{chosen?.name}</span>
          <ChevronDown size={14} aria-hidden="true" />
        </button>
      }
      items={items}
    />
  )
}
