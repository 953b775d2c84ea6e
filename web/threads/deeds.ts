// What can be done to a thread: drawn at once, asked of the house, and taken back with a word if the house says no.

import type { Thread, ThreadkeepError, ThreadPatch } from '../../src/client/client.ts'
import { client } from '../house.ts'
import { toast } from '../ui/toast.ts'
import { drop, put } from './shelf.ts'

export const titleOf = ({ title }: Pick<Thread, 'title'>): string => title ?? 'Untitled conversation'

const quoted = (thread: Thread): string => `“${titleOf(thread)}”`

export async function rename(thread: Thread, title: string): Promise<void> {
  const given = title.trim()
  if (given === '' || given === thread.title) return
  await patched(thread, { title: given }, { title: given, titledBy: 'user' }, 'renamed')
}

export async function pin(thread: Thread, pinned: boolean): Promise<void> {
  await patched(thread, { pinned }, { pinned }, pinned ? 'pinned' : 'unpinned')
}

export async function choosePersona(thread: Thread, personaId: string): Promise<void> {
  const patch = { defaultPersonaId: personaId }
  await patched(thread, patch, patch, 'given to another voice')
}

export async function archive(thread: Thread, archived: boolean): Promise<void> {
  const done = await patched(thread, { archived }, { archived }, archived ? 'archived' : 'unarchived')
  if (!done) return
  const undo = () => void archive({ ...thread, archived }, !archived)
  toast(archived ? `${quoted(thread)} is archived.` : `${quoted(thread)} is back in the list.`, { undo })
}

export async function bin(thread: Thread): Promise<void> {
  const done = await attempt(thread, { binned: true }, () => client.threads.bin(thread.id), 'put in the bin')
  if (done) toast(`${quoted(thread)} is in the bin.`, { undo: () => void restore(thread) })
}

export async function restore(thread: Thread): Promise<void> {
  const done = await attempt(thread, { binned: false }, () => client.threads.restore(thread.id), 'restored')
  if (done) toast(`${quoted(thread)} is back.`)
}

/** There is no way back from this: whoever calls it has asked first. */
export async function forget(thread: Thread): Promise<void> {
  drop(thread.id)
  try {
    await client.threads.bin(thread.id, { forever: true })
    toast(`${quoted(thread)} is gone for good.`)
  } catch (fault) {
    put([thread])
    toast(refusal(thread, 'removed', fault))
  }
}

const patched = (thread: Thread, patch: ThreadPatch, drawn: Partial<Thread>, what: string) =>
  attempt(thread, drawn, () => client.threads.patch(thread.id, patch), what)

async function attempt(
  thread: Thread,
  drawn: Partial<Thread>,
  ask: () => Promise<Thread>,
  what: string,
): Promise<boolean> {
  put([{ ...thread, ...drawn }])
  try {
    put([await ask()])
    return true
  } catch (fault) {
    put([thread])
    toast(refusal(thread, what, fault))
    return false
  }
}

const refusal = (thread: Thread, what: string, fault: unknown): string =>
  `${quoted(thread)} could not be ${what}. ${(fault as ThreadkeepError).message}`
