// Everything by its name: threads, voices and what can be done, found by a few letters. Loaded when it is first asked for.

import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react'
import { Command } from 'cmdk'
import { Archive, MessageSquare, Moon, Pencil, Pin, Search, SquarePen, Sun, Trash2 } from 'lucide-react'
import type { Thread } from '../../src/client/client.ts'
import { archivedPath, binPath, threadPath, useGo } from '../place.ts'
import { setTheme } from '../theme.ts'
import { openModal } from '../ui/dialog.tsx'
import { archive, bin, choosePersona, pin, titleOf } from './deeds.ts'
import { Face } from './face.tsx'
import { usePersonas } from './personas.ts'
import { useShelfView } from './use-shelf-view.ts'

type PaletteProps = {
  openThread: Thread | null
  onNew: (personaId?: string) => void
  onRename: () => void
  onClose: () => void
}

/** More are found by more letters. */
const threadsMax = 12
const size = 16

type Deed = { key: string; label: string; icon: ReactNode; note?: string; run: () => void }

export function Palette({ openThread, onNew, onRename, onClose }: PaletteProps) {
  const [words, setWords] = useState('')
  const { threads } = useShelfView('active', words)
  const deeds = useDeeds(openThread, onNew, onRename)
  const voices = useVoices(openThread, onNew)
  const go = useGo()
  const field = useRef<HTMLInputElement>(null)
  const open = useCallback((dialog: HTMLDialogElement) => {
    const close = openModal(dialog)
    field.current?.focus()
    return close
  }, [])
  const run = (deed: () => void) => {
    onClose()
    deed()
  }
  const found = (all: readonly Deed[]) =>
    all.filter(({ label, note }) => has(`${label} ${note ?? ''}`, words))
  const conversations = threads.slice(0, threadsMax).map((thread) => ({
    key: thread.id,
    label: titleOf(thread),
    icon: <MessageSquare size={size} />,
    run: () => go(threadPath(thread.id)),
  }))
  const groups = [
    { heading: 'Conversations', deeds: conversations },
    { heading: 'Here', deeds: found(deeds) },
    { heading: openThread ? 'Let another voice answer' : 'Begin with', deeds: found(voices) },
  ].filter(({ deeds }) => deeds.length > 0)
  return (
    <dialog
      className="palette"
      aria-label="Find or do anything"
      ref={open}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onPointerDown={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <Command label="Find or do anything" shouldFilter={false} loop>
        <div className="palette-field">
          <Search size={18} aria-hidden="true" />
          <Command.Input
            ref={field}
            value={words}
            onValueChange={setWords}
            placeholder="A title, a voice, or what to do"
          />
        </div>
        {groups.length === 0 && (
          <p className="palette-empty" role="status">
            Nothing here is called that.
          </p>
        )}
        <Command.List className="palette-list" hidden={groups.length === 0}>
          {groups.map(({ heading, deeds }) => (
            <Deeds key={heading} heading={heading} deeds={deeds} onRun={run} />
          ))}
        </Command.List>
      </Command>
    </dialog>
  )
}

type DeedsProps = { heading: string; deeds: readonly Deed[]; onRun: (run: () => void) => void }

function Deeds({ heading, deeds, onRun }: DeedsProps) {
  return (
    <Command.Group heading={heading}>
      {deeds.map(({ key, label, icon, note, run }) => (
        <Command.Item key={key} value={key} className="palette-item" onSelect={() => onRun(run)}>
          <span className="palette-icon" aria-hidden="true">
            {icon}
          </span>
          <span className="palette-label" dir="auto">
            {label}
          </span>
          {note && <span className="palette-note">{note}</span>}
        </Command.Item>
      ))}
    </Command.Group>
  )
}

function useDeeds(openThread: Thread | null, onNew: () => void, onRename: () => void): Deed[] {
  const go = useGo()
  return useMemo(
    () => [
      { key: 'new', label: 'New conversation', icon: <SquarePen size={size} />, run: onNew },
      ...(openThread ? deedsOn(openThread, onRename) : []),
      {
        key: 'archived',
        label: 'Show the archive',
        icon: <Archive size={size} />,
        run: () => go(archivedPath),
      },
      { key: 'binned', label: 'Show the bin', icon: <Trash2 size={size} />, run: () => go(binPath) },
      { key: 'light', label: 'Light page', icon: <Sun size={size} />, run: () => setTheme('light') },
      { key: 'dark', label: 'Dark page', icon: <Moon size={size} />, run: () => setTheme('dark') },
      {
        key: 'system',
        label: 'Light or dark as the system has it',
        icon: <Sun size={size} />,
        run: () => setTheme('system'),
      },
    ],
    [openThread, onNew, onRename, go],
  )
}

const deedsOn = (thread: Thread, onRename: () => void): Deed[] => [
  { key: 'rename', label: 'Rename this conversation', icon: <Pencil size={size} />, run: onRename },
  {
    key: 'pin',
    label: thread.pinned ? 'Unpin this conversation' : 'Pin this conversation',
    icon: <Pin size={size} />,
    run: () => void pin(thread, !thread.pinned),
  },
  {
    key: 'archive',
    label: thread.archived ? 'Put this conversation back in the list' : 'Archive this conversation',
    icon: <Archive size={size} />,
    run: () => void archive(thread, !thread.archived),
  },
  {
    key: 'bin',
    label: 'Put this conversation in the bin',
    icon: <Trash2 size={size} />,
    run: () => void bin(thread),
  },
]

function useVoices(openThread: Thread | null, onNew: (personaId?: string) => void): Deed[] {
  return usePersonas().map((persona) => ({
    key: persona.id,
    label: persona.name,
    note: persona.description,
    icon: <Face persona={persona} size="small" />,
    run: () => (openThread ? void choosePersona(openThread, persona.id) : onNew(persona.id)),
  }))
}

const has = (label: string, words: string): boolean =>
  words
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => label.toLocaleLowerCase().includes(word))
