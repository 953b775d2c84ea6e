// People without an account: a token for scripts and widgets, a cookie for pages of this house.

import { z } from 'zod'
import { answer } from '../answer.ts'
import { route } from '../route.ts'
import { text } from '../shapes/fields.ts'

export const guestRoutes = [
  route({
    method: 'POST',
    path: '/v1/guests',
    policy: { who: 'anyone', scope: 'write', owns: 'nothing' },
    summary: 'Makes a guest: with a token in the body, or with a cookie and no token.',
    body: z.strictObject({ cookie: z.boolean().default(false) }),
    answers: {
      200: z.strictObject({ user: text }),
      201: z.strictObject({ user: text, token: text.optional() }),
    },
    async handle({ body, request, socketAddress }, { guests }) {
      const caller = { socketAddress, forwardedFor: request.headers.get('x-forwarded-for') }
      if (!body.cookie) return answer(201, await guests.create(caller))
      // A browser that is somebody already stays so: a new cookie would take their threads away from them.
      const known = await guests.fromCookie(request)
      const { user, token } = known ?? (await guests.create(caller))
      return { ...answer(known ? 200 : 201, { user }), headers: { 'set-cookie': guests.cookie(token) } }
    },
  }),
]
