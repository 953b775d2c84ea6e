// A turn by a lease in the storage of this browser, for one that has no locks: who does not renew it has given it up.

import { databaseOf, done } from './database.ts'
import type { TurnOptions, Work } from './turn.ts'

const leaseMs = 2_000
const lookMs = 250

type Lease = { name: string; owner: string; until: number }

const database = databaseOf('threadkeep.turns', 1, (made) =>
  made.createObjectStore('leases', { keyPath: 'name' }),
)
const self = String(Math.random())

/** Two tabs whose clocks are one: a lease that is not renewed is over. */
export async function byLease<Result>(
  name: string,
  work: Work<Result>,
  lost: AbortController,
  { signal, impatient }: TurnOptions,
): Promise<Result> {
  const owner = `${self} ${Math.random()}`
  while (!(await leased(name, owner, impatient?.aborted === true))) {
    await new Promise((resolve) => setTimeout(resolve, lookMs * (0.5 + Math.random())))
    signal?.throwIfAborted()
  }
  const renew = async () => (await leased(name, owner, false)) || lost.abort()
  const timer = setInterval(() => void renew(), leaseMs / 4)
  try {
    return await work(lost.signal)
  } finally {
    clearInterval(timer)
    await givenBack(name, owner)
  }
}

async function leased(name: string, owner: string, isTaken: boolean): Promise<boolean> {
  const leases = (await database()).transaction('leases', 'readwrite').objectStore('leases')
  const held = await done<Lease | undefined>(leases.get(name))
  const now = Date.now()
  if (held && held.owner !== owner && held.until > now && held.until <= now + leaseMs && !isTaken)
    return false
  await done(leases.put({ name, owner, until: now + leaseMs } satisfies Lease))
  return true
}

async function givenBack(name: string, owner: string): Promise<void> {
  const leases = (await database()).transaction('leases', 'readwrite').objectStore('leases')
  const held = await done<Lease | undefined>(leases.get(name))
  if (held?.owner === owner) await done(leases.delete(name))
}
