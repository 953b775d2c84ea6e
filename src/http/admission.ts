// Who may pass a door: the page it comes from, the credential, its scope, and that nobody speaks in another's name.

import { ThreadkeepError } from '../core/errors.ts'
import type { Authenticate, Principal } from '../core/principal.ts'
import { refuseForeign, type Whence } from './origin.ts'
import type { Route } from './route.ts'

export async function admit(
  { policy, streams }: Route,
  request: Request,
  whence: Whence,
  authenticate: Authenticate,
): Promise<Principal | null> {
  if (policy.scope === 'write') refuseForeign(request, whence, 'writes')
  else if (streams) refuseForeign(request, whence, 'listens')
  if (policy.who === 'anyone') return null
  const principal = await authenticate(request)
  if (principal === null) throw unauthenticated
  if (!principal.scopes.includes(policy.scope)) throw outOfScope(policy.scope)
  return principal
}

/** A `userId` may be sent along as long as it says who the credential says; it is taken out before anything else reads it. */
export function withoutUserId(sent: unknown, principal: Principal | null): unknown {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent) || !Object.hasOwn(sent, 'userId'))
    return sent
  const { userId, ...rest } = sent as { userId: unknown }
  if (principal !== null && userId === principal.userId) return rest
  throw new ThreadkeepError(
    'user_mismatch',
    'The userId that was sent is not the caller. Nothing was written.',
    'Leave userId out: who is asking comes from the credential.',
  )
}

const unauthenticated = new ThreadkeepError(
  'unauthenticated',
  'There is no credential on this request, or it is not valid.',
  'Send "Authorization: Bearer <token>"; POST /v1/guests gives one.',
)

const outOfScope = (scope: string) =>
  new ThreadkeepError(
    'forbidden',
    `This credential may not ${scope}.`,
    `Use one whose scopes include "${scope}".`,
  )
