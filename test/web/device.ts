// A device without a browser: what waits on it is one list for all its tabs, and a step on it is taken whole or not at all.
import type { Ledger } from '../../web/chat/ledger.ts'
import { Outbox } from '../../web/chat/outbox.ts'
import type { Step, Unsent } from '../../web/chat/unsent.ts'

export type TestDevice = {
  /** Another tab on it. */
  tab(user?: string): Outbox
  /** What is written down, whoever looks. */
  held(user?: string): readonly Unsent[]
  /** From now on nothing can be written down. */
  fill(): void
}

/** `isSilent`: its tabs do not hear of each other. */
export function aDevice({ isSilent = false } = {}): TestDevice {
  const lists = new Map<string, readonly Unsent[]>()
  const listeners = new Set<{ user: string; hear: () => void }>()
  let lastOrder = 0
  let isFull = false
  const held = (user = 'ada') => lists.get(user) ?? []
  const take = async (user: string, teller: object, step: Step) => {
    const before = held(user)
    await Promise.resolve()
    const after = step(held(user)).map((unsent) => ({ ...unsent, order: unsent.order ?? ++lastOrder }))
    if (isFull && after.length > before.length) throw new DOMException('full', 'QuotaExceededError')
    lists.set(user, after)
    for (const other of listeners) if (!isSilent && other.user === user && other !== teller) other.hear()
    return after
  }
  const tab = (user = 'ada') => {
    const listener = { user, hear: () => undefined as void }
    listeners.add(listener)
    const ledger: Ledger = {
      read: async () => held(user),
      take: (step) => take(user, listener, step),
      onOther: (hear) => void (listener.hear = hear),
    }
    return new Outbox(ledger)
  }
  return { tab, held, fill: () => void (isFull = true) }
}

export const unsentOf = (id: string, given: Partial<Unsent> = {}): Unsent => ({
  id,
  threadId: 't',
  text: id,
  at: 1,
  personaId: null,
  isFirst: false,
  ...given,
})
