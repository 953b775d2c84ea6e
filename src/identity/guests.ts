// People without an account: each is an unguessable token, given out once, and known again by its hash.

import { hash, randomBytes, randomFillSync } from 'node:crypto'
import { ThreadkeepError } from '../core/errors.ts'
import { idSource } from '../core/id.ts'
import type { Authenticate, Principal } from '../core/principal.ts'
import { addressOf, type Caller } from './address.ts'
import { Buckets } from './bucket.ts'
import type { GuestTable } from './guest-table.ts'
import { Remembered } from './remembered.ts'

export type GuestOptions = {
  table: GuestTable
  now?: () => number
  perHourPerAddress?: number
  burst?: number
  /** Whether people reach this house by https: then the cookie is bound to this host and never goes over a plain line. */
  secure?: boolean
  trustProxy?: boolean | number
  /** While the table is away, let in who was found in it within a minute before; for houses that can keep what they say. */
  throughOutages?: boolean
}

export type Guest = { user: string; token: string }

export type Guests = Disposable & {
  readonly authenticate: Authenticate
  create(caller: Caller): Promise<Guest>
  fromCookie(request: Request): Promise<Guest | null>
  cookie(token: string): string
}

const dayMs = 86_400_000
const cookieDays = 400
const tokenForm = /^tk_guest_[A-Za-z0-9_-]{43}$/

export function openGuests(options: GuestOptions): Guests {
  const {
    table,
    now = Date.now,
    perHourPerAddress = 60,
    burst = 20,
    secure = false,
    trustProxy = false,
    throughOutages = false,
  } = options
  const buckets = new Buckets({ perHour: perHourPerAddress, burst, now })
  const newUserId = idSource(now, (bytes) => void randomFillSync(bytes))
  const cookieName = secure ? '__Host-threadkeep_guest' : 'threadkeep_guest'
  const remembered = new Remembered(now, throughOutages)
  const known = async (token: string | null): Promise<Guest | null> => {
    if (token === null || !tokenForm.test(token)) return null
    return remembered.find(token) ?? remembered.ask(token, () => guestBehind(table, token, now()))
  }
  return {
    authenticate: async (request) =>
      principalOf(await known(bearerOf(request) ?? cookieOf(request, cookieName))),
    async create(caller) {
      refuseMany(buckets.take(addressOf(caller, trustProxy)))
      const guest = { user: newUserId(), token: newToken() }
      await table.insert(hashOf(guest.token), guest.user, now())
      return guest
    },
    fromCookie: (request) => known(cookieOf(request, cookieName)),
    cookie: (token) =>
      `${cookieName}=${token}; Path=/; Max-Age=${cookieDays * 86_400}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`,
    [Symbol.dispose]: () => table[Symbol.dispose](),
  }
}

/** Found by an index on the hash, so that how long it takes says nothing about a token. */
async function guestBehind(table: GuestTable, token: string, at: number): Promise<Guest | null> {
  const key = hashOf(token)
  const row = await table.find(key)
  if (!row) return null
  if (at - row.lastSeenAt > dayMs) await table.see(key, at)
  return { user: row.userId, token }
}

const principalOf = (guest: Guest | null): Principal | null =>
  guest && { userId: guest.user, by: 'guest', scopes: ['read', 'write'] }

/** 256 random bits, with a prefix by which a leaked one is recognised. */
const newToken = (): string => `tk_guest_${randomBytes(32).toString('base64url')}`

const hashOf = (token: string): Uint8Array => hash('sha256', token, 'buffer')

/** A credential that is named and wrong is not made up for by a cookie. */
const bearerOf = ({ headers }: Request): string | null => {
  const given = headers.get('authorization')
  return given === null ? null : (/^Bearer +(\S+)$/i.exec(given)?.[1] ?? '')
}

function cookieOf({ headers }: Request, name: string): string | null {
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const [key, value] = pair.split('=', 2)
    if (key?.trim() === name) return value?.trim() ?? ''
  }
  return null
}

function refuseMany(retryAfterSeconds: number): void {
  if (retryAfterSeconds === 0) return
  throw new ThreadkeepError(
    'too_many',
    'Too many guests were made from this address.',
    `Use the token of one that you have, or come back in ${retryAfterSeconds} seconds.`,
    { retryAfterSeconds },
  )
}
