// The one way from this page to the house, and who this browser is to it.

import { createClient, type Me, ThreadkeepError } from '../src/client/client.ts'
import { watchedFetch } from './connection.ts'
import { lastUser } from './last-user.ts'

const options = { url: location.origin, credentials: 'same-origin', fetch: watchedFetch } as const

/** Before anybody is somebody, as often as it takes: a house that is away now may be there in an hour. */
const doorstep = createClient({ ...options, retry: { triesMax: Infinity } })

const newGuest = () => doorstep.guest({ cookie: true })

/** Null: nobody whom the house knows. */
const known = (): Promise<Me | null> =>
  doorstep.me().catch((fault: unknown) => {
    if (!(fault instanceof ThreadkeepError) || fault.code !== 'unauthenticated') throw fault
    return null
  })

/** Who this browser is. A first visit makes a guest, whose cookie is the only key to what they will say. */
export const ready: Promise<Me> = known().then(async (me) => {
  if (me) return me
  // Nobody takes the place of somebody whose words still wait here, before they say so.
  const other = lastUser && (await (await import('./signed-out.ts')).whoeverComes(lastUser, known, newGuest))
  if (other) return other
  await newGuest()
  return doorstep.me()
})

/** What is asked before anybody is somebody waits for that, and is asked once more. */
export const client = createClient({
  ...options,
  onUnauthenticated: () =>
    ready.then(
      () => true,
      () => false,
    ),
})

/** What the house says of itself: whether what is written outlives its run. */
export async function keepsNothing(): Promise<boolean> {
  const response = await watchedFetch(new Request('/readyz', { headers: { accept: 'application/json' } }))
  const { parts } = (await response.json()) as { parts?: { persistence?: { durability?: string } } }
  return parts?.persistence?.durability === 'none'
}
