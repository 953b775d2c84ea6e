// Sixteen people who say one thing after the other, and guests who come, while somebody makes backups; and what of it a restored
// database holds: everything before a moment, nothing out of order, each thread as it was when it had so many messages.
import { setTimeout as wait } from 'node:timers/promises'
import { xorInto } from '../../src/core/checksum.ts'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { type Guests, openGuests } from '../../src/identity/guests.ts'
import { postgresGuests } from '../../src/identity/postgres-guests.ts'
import { checksumOf, linkOf } from '../../src/store/hash.ts'
import type { PostgresStore } from '../../src/store/postgres/open.ts'
import { created, said } from '../store/commits.ts'

export const writers = 16
const guestEveryMs = 50

type Kept = { id: string; sentAt: number; ackedAt: number }
type Guest = { user: string; token: string; sentAt: number; ackedAt: number }

export type Restored = {
  acked: number
  lost: number
  outOfOrder: number
  tooNew: number
  wrongChains: number
}

const users = Array.from({ length: writers }, (_, i) => `user-${i}`)
const idOf = (user: string, n: number): string => `${user}-${n}`
const wordsOf = (id: string): string => `words of ${id}`

export class BackupCrowd {
  readonly #store: PostgresStore
  readonly #guests: Guests
  readonly #kept = new Map<string, Kept[]>(users.map((user) => [user, []]))
  readonly #came: Guest[] = []
  readonly #crowd: Promise<unknown>
  #isOver = false

  private constructor(store: PostgresStore, guests: Guests) {
    this.#store = store
    this.#guests = guests
    this.#crowd = Promise.all([...users.map((user) => this.#talk(user)), this.#come()])
  }

  static async begin(store: PostgresStore): Promise<BackupCrowd> {
    return new BackupCrowd(store, await guestsOf(store))
  }

  get acked(): number {
    return this.#kept.values().reduce((sum, { length }) => sum + length, 0)
  }

  async end(): Promise<void> {
    this.#isOver = true
    await this.#crowd
  }

  /** Times are of performance.now(): all that was acknowledged before `before` is to be there, and nothing sent after `until`. */
  async compare(restored: PostgresStore, before: number, until = Infinity): Promise<Restored> {
    const figures = { acked: 0, lost: 0, outOfOrder: 0, tooNew: 0, wrongChains: 0 }
    const there = new Set<string>()
    for (const user of users) {
      const ids = await idsOf(restored, user)
      for (const id of ids) there.add(id)
      if (!(await isAsItWas(restored, user, ids))) figures.wrongChains++
    }
    const guests = await guestsOf(restored)
    for (const { user, token } of this.#came) if (await isKnown(guests, user, token)) there.add(user)
    const all = [
      ...[...this.#kept.values()].flat(),
      ...this.#came.map((guest) => ({ ...guest, id: guest.user })),
    ]
    const youngest = Math.max(...all.filter(({ id }) => there.has(id)).map(({ sentAt }) => sentAt))
    for (const { id, sentAt, ackedAt } of all) {
      if (ackedAt < before) figures.acked++
      if (ackedAt < before && !there.has(id)) figures.lost++
      // Of one moment: what was acknowledged before something that is there was even sent is there, too.
      if (ackedAt < youngest && !there.has(id)) figures.outOfOrder++
      if (sentAt > until && there.has(id)) figures.tooNew++
    }
    return figures
  }

  async #talk(user: string): Promise<void> {
    for (let n = 1; !this.#isOver; n++) {
      const id = idOf(user, n)
      const sentAt = performance.now()
      while (!(await isKept(this.#store, user, id)) && !this.#isOver) await wait(20)
      if (!this.#isOver) this.#kept.get(user)?.push({ id, sentAt, ackedAt: performance.now() })
    }
  }

  async #come(): Promise<void> {
    for (; !this.#isOver; await wait(guestEveryMs)) {
      const sentAt = performance.now()
      const guest = await this.#guests
        .create({ socketAddress: '127.0.0.1', forwardedFor: null })
        .catch(nullWhenAway)
      if (guest) this.#came.push({ ...guest, sentAt, ackedAt: performance.now() })
    }
  }
}

/** Each says the last thing that is there once more, and then the next one. */
export async function goOn(store: PostgresStore): Promise<string[]> {
  const faults: string[] = []
  for (const user of users) {
    const { length } = await idsOf(store, user)
    const again = await store.commit(turn(user, idOf(user, length)))
    const next = await store.commit(turn(user, idOf(user, length + 1)))
    const seq = 'receipt' in next ? next.receipt.seq : null
    if (again.result !== 'replayed' || next.result !== 'kept' || seq !== length + 1)
      faults.push(`${user} went on with ${again.result} and ${next.result} at ${seq}, after ${length}`)
  }
  return faults
}

const turn = (user: string, id: string) => ({
  user,
  at: Date.now(),
  changes: [created('t', { unless: 'there' }), said('t', wordsOf(id), { id })],
})

async function isKept(store: PostgresStore, user: string, id: string): Promise<boolean> {
  const outcome = await store.commit(turn(user, id)).catch(nullWhenAway)
  if (outcome !== null && !('receipt' in outcome)) throw new Error(`${id}: ${JSON.stringify(outcome)}`)
  return outcome !== null
}

function nullWhenAway(fault: unknown): null {
  if (fault instanceof ThreadkeepError && fault.code === 'unavailable') return null
  throw fault
}

async function idsOf(store: PostgresStore, user: string): Promise<string[]> {
  const ids: string[] = []
  for await (const record of store.everything(user))
    if (record.type === 'message') ids.push(record.message.id)
  return ids
}

/** One person, one thread, one thing after the other: with so many messages it was this, and nothing else. */
async function isAsItWas(store: PostgresStore, user: string, ids: readonly string[]): Promise<boolean> {
  const chain = new Uint8Array(16)
  for (const [i, id] of ids.entries()) {
    if (id !== idOf(user, i + 1)) return false
    xorInto(chain, linkOf(i + 1, id, checksumOf('user', { text: wordsOf(id), parts: null })))
  }
  const thread = await store.thread(user, 't')
  return thread?.messageCount === ids.length && thread.chain === Buffer.from(chain).toString('hex')
}

const guestsOf = async (store: PostgresStore): Promise<Guests> =>
  openGuests({ table: await postgresGuests(store.ask), perHourPerAddress: 1_000_000, burst: 1_000_000 })

async function isKnown(guests: Guests, user: string, token: string): Promise<boolean> {
  const request = new Request('http://house/', { headers: { authorization: `Bearer ${token}` } })
  return (await guests.authenticate(request))?.userId === user
}
