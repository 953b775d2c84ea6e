// What was said and is not yet known to be kept, and what may become of it: each a pure step from one list to the next.

export type Unsent = {
  /** Minted here and sent with every try, so that it is kept once. */
  readonly id: string
  readonly threadId: string
  readonly text: string
  readonly at: number
  readonly personaId: string | null
  /** The thread is made with it. */
  readonly isFirst: boolean
  /** Named on purpose: an edit, or what is said in a branch that somebody looks at. */
  readonly parentId?: string | null
  /** The newest message that was on the page. */
  readonly expectedHead?: string | null
  /** The unsent message before it, whose answer it follows. */
  readonly after?: string
  /** A message that lies astray, and goes when this one is kept in its stead. */
  readonly insteadOf?: string
  /** Its place on this device; there as soon as it is written down. */
  readonly order?: number
  /** How often its words were changed. The house may hold those of an earlier try. */
  readonly edition?: number
  readonly tried?: Tried
  /** Why the house will not take it; nothing is tried any more until the person decides. */
  readonly refusal?: { readonly message: string; readonly hint: string }
  /** Taken back after it was tried: if the house has it, it goes there too. */
  readonly isWithdrawn?: true
  /** A node has it on its disk while the store is away; it stays here until the store has it. */
  readonly isSpooled?: true
}

export type Waiting = 'network' | 'signIn' | 'house' | 'busy' | 'room'

export type Tried = {
  readonly times: number
  readonly at: number
  /** Null: it is on its way for the first time. */
  readonly waitsFor: Waiting | null
  readonly notBefore: number
  /** The house has named the time: no news of the network makes it sooner. */
  readonly isAsked: boolean
}

/** What the house did with one try. */
export type Kept = {
  readonly edition: number
  readonly replyId: string | null
  /** Undefined: nobody can say any more. */
  readonly parentId: string | null | undefined
  readonly isSpooled: boolean
}

/** From the list as it is on the device to the list as it shall be. What is left the same object is not written again. */
export type Step = (all: readonly Unsent[]) => readonly Unsent[]

export const unsentMax = 1_000
export const unsentCharsMax = 20 * 1024 * 1024

/** What this device has no room for: nothing was put down. */
export class NoRoom extends Error {}

/** `follows`: it comes after whatever waits in its thread already. */
export const added =
  (unsent: Unsent, follows: boolean): Step =>
  (all) => {
    const chars = all.reduce((sum, { text }) => sum + text.length, unsent.text.length)
    if (all.length >= unsentMax)
      throw new NoRoom(`This device holds ${unsentMax.toLocaleString()} messages that wait already.`)
    if (chars > unsentCharsMax) throw new NoRoom('This device holds 20 MiB of messages that wait already.')
    const before = all.findLast((other) => other.threadId === unsent.threadId && isOnItsWay(other))
    if (!follows || !before) return [...all, unsent]
    const { parentId: _, expectedHead: __, ...rest } = unsent
    if (!before.isSpooled) return [...all, { ...rest, after: before.id }]
    // The one before goes once more, so that the house gets them in their order whatever it has by now.
    return [...all.map((other) => (other.isSpooled ? dueNow(other) : other)), rest]
  }

const dueNow = (unsent: Unsent): Unsent =>
  unsent.tried ? { ...unsent, tried: { ...unsent.tried, notBefore: 0 } } : unsent

const isOnItsWay = ({ refusal, isWithdrawn }: Unsent): boolean => !refusal && !isWithdrawn

/** Other words under the same id: the house takes one of the two, and says which. */
export const edited =
  (id: string, text: string): Step =>
  (all) =>
    all.map((unsent) => {
      if (unsent.id !== id) return unsent
      const { refusal, ...rest } = unsent
      const said = { ...rest, text, edition: editionOf(unsent) + 1 }
      if (!refusal) return said
      const { expectedHead: _, after: __, tried: ___, ...anew } = said
      return anew
    })

/** What was tried may be kept: then it is asked for its end there, in its turn. */
export const withdrawn =
  (id: string): Step =>
  (all) => {
    const unsent = all.find((other) => other.id === id)
    if (!unsent) return all
    if (!unsent.tried || unsent.refusal) return without(all, unsent)
    return all.map((other) => (other === unsent ? { ...unsent, isWithdrawn: true } : other))
  }

/** It is nowhere any more. Where the house had it, what follows goes after whatever is the newest there. */
export const gone =
  (id: string, wasKept: boolean): Step =>
  (all) => {
    const unsent = all.find((other) => other.id === id)
    if (!unsent) return all
    return wasKept ? withoutBefore(all, id).filter((other) => other.id !== id) : without(all, unsent)
  }

export const tried =
  (id: string, at: number): Step =>
  (all) =>
    all.map((unsent) => {
      if (unsent.id !== id) return unsent
      const { times = 0, waitsFor = null } = unsent.tried ?? {}
      return { ...unsent, tried: { times: times + 1, at, waitsFor, notBefore: 0, isAsked: false } }
    })

export const failed =
  (id: string, why: Pick<Tried, 'waitsFor' | 'notBefore' | 'isAsked'>): Step =>
  (all) =>
    all.map((unsent) =>
      unsent.id === id && unsent.tried ? { ...unsent, tried: { ...unsent.tried, ...why } } : unsent,
    )

/** What comes after it goes on where it would have stood. */
export const refused =
  (id: string, refusal: NonNullable<Unsent['refusal']>): Step =>
  (all) => {
    const unsent = all.find((other) => other.id === id)
    if (!unsent) return all
    return inherited(all, unsent).map((other) => (other === unsent ? { ...unsent, refusal } : other))
  }

/** The way is free again, as far as this device knows: not at once again, and not before the house has asked for it. */
export const woken =
  (now: number, threadId?: string): Step =>
  (all) =>
    all.map((unsent) => {
      const { tried } = unsent
      if (!tried || tried.isAsked || (threadId !== undefined && unsent.threadId !== threadId)) return unsent
      const notBefore = Math.max(now, tried.at + pauseMsMin)
      return notBefore < tried.notBefore ? { ...unsent, tried: { ...tried, notBefore } } : unsent
    })

/** So soon after a try there is not another, whatever wakes it. */
export const pauseMsMin = 500

/** The receipt is there. What was changed while it was on its way becomes a sibling of what was kept, under a new id. */
export const kept =
  (id: string, { edition, replyId, parentId, isSpooled }: Kept, newId: string, now: number): Step =>
  (all) => {
    const unsent = all.find((other) => other.id === id)
    if (!unsent) return all
    if (unsent.isWithdrawn) return withoutBefore(all, id)
    if (editionOf(unsent) !== edition) return asSibling(all, unsent, newId, parentId)
    if (isSpooled)
      return withoutBefore(all, id).map((other) => (other.id === id ? spooled(other, now) : other))
    const head = replyId === null ? {} : { expectedHead: replyId }
    return withoutBefore(all, id, head).filter((other) => other.id !== id)
  }

function spooled(unsent: Unsent, now: number): Unsent {
  const times = unsent.tried?.times ?? 1
  const notBefore = now + Math.min(30_000, 1_000 * 2 ** times)
  return {
    ...unsent,
    isSpooled: true,
    tried: { times, at: now, waitsFor: 'house', notBefore, isAsked: false },
  }
}

function asSibling(
  all: readonly Unsent[],
  unsent: Unsent,
  newId: string,
  parentId: string | null | undefined,
): readonly Unsent[] {
  const { after: _, expectedHead: __, tried: ___, refusal: ____, ...rest } = unsent
  const place = parentId === undefined ? {} : { parentId }
  return all.map((other) => {
    if (other === unsent) return { ...rest, id: newId, isFirst: false, ...place }
    return other.after === unsent.id ? { ...other, after: newId } : other
  })
}

function withoutBefore(
  all: readonly Unsent[],
  id: string,
  place: Pick<Unsent, 'expectedHead'> = {},
): readonly Unsent[] {
  return all.map((other) => {
    if (other.after !== id) return other
    const { after: _, ...rest } = other
    return { ...rest, isFirst: false, ...place }
  })
}

const without = (all: readonly Unsent[], unsent: Unsent): readonly Unsent[] =>
  inherited(all, unsent).filter((other) => other !== unsent)

function inherited(all: readonly Unsent[], { id, ...place }: Unsent): readonly Unsent[] {
  const { parentId, expectedHead, after, isFirst } = place
  return all.map((other) => {
    if (other.after !== id) return other
    const { after: _, ...rest } = other
    return {
      ...rest,
      isFirst: rest.isFirst || isFirst,
      ...(parentId === undefined ? {} : { parentId }),
      ...(expectedHead === undefined ? {} : { expectedHead }),
      ...(after === undefined ? {} : { after }),
    }
  })
}

export const editionOf = ({ edition = 0 }: Unsent): number => edition

export const dueAt = ({ tried }: Unsent): number => tried?.notBefore ?? 0

/** In order inside a thread. What was refused waits for the person, what a node has spooled for the store: neither holds up the rest. */
export function nextOf(all: readonly Unsent[], threadId: string): Unsent | undefined {
  const waiting = all.filter((unsent) => unsent.threadId === threadId && !unsent.refusal)
  const first = waiting.find(({ isSpooled }) => !isSpooled)
  return waiting
    .filter((unsent) => unsent === first || unsent.isSpooled)
    .toSorted((one, other) => dueAt(one) - dueAt(other))[0]
}
