// The doors, put together: each request finds its route, is let in, is looked over, is handled, and gets one kind of answer.

import { type Context, Hono } from 'hono'
import { getPath } from 'hono/utils/url'
import { ThreadkeepError } from '../core/errors.ts'
import { admit, withoutUserId } from './admission.ts'
import type { Answer } from './answer.ts'
import { jsonBody } from './body.ts'
import type { Doors } from './doors.ts'
import { errorAnswer, isOurFault, traceOf } from './errors.ts'
import { everyRoute } from './every-route.ts'
import { openApi } from './openapi.ts'
import { corsHeaders, preflight, type Whence, whenceOf } from './origin.ts'
import { positionReached } from './position.ts'
import { queryOf } from './query.ts'
import { type Room, roomOf } from './room.ts'
import type { Asked, Route } from './route.ts'
import { wellFormed } from './well-formed.ts'

/** The Node adapter hands the connection over beside the request. */
type Env = { Bindings: { incoming?: { socket?: { remoteAddress?: string } } } }
export type App = Hono<Env>

export function createApp(doors: Doors): App {
  let document: string | undefined
  const room = roomOf(doors, () => (document ??= JSON.stringify(openApi(everyRoute, doors.about.version))))
  const app: App = new Hono<Env>({ getPath: pathWithout(doors.settings.basePath ?? '') })
  for (const route of everyRoute) app.on(route.method, [route.path], (c) => answered(room, route, c))
  app.options('*', ({ req }) => preflight(req.raw, whenceOf(req.raw, doors.settings)))
  app.notFound((c) => refused(room, c, noSuchDoor(c.req.method)))
  app.onError((fault, c) => refused(room, c, fault))
  return app
}

async function answered(room: Room, route: Route, c: Context<Env>): Promise<Response> {
  const request = c.req.raw
  const whence = whenceOf(request, room.settings)
  try {
    const asked = await askedOf(room, route, c, whence)
    const position = await positionReached(request, room.store, asked.user)
    return responseOf(room, request, whence, await route.handle(asked, room), position)
  } catch (fault) {
    return refused(room, c, fault, `${route.method} ${route.path}`)
  }
}

async function askedOf(room: Room, route: Route, c: Context<Env>, whence: Whence): Promise<Asked> {
  const request = c.req.raw
  const principal = await admit(route, request, whence, room.authenticate)
  const body = route.body && (await jsonBody(request, room.limits.bodyBytesMax))
  return {
    user: principal?.userId ?? '',
    principal,
    params: c.req.param(),
    query: wellFormed(route.query, withoutUserId(queryOf(request), principal), 'query'),
    body: wellFormed(route.body, withoutUserId(body, principal), 'body'),
    request,
    socketAddress: c.env?.incoming?.socket?.remoteAddress ?? null,
  }
}

/** An id is made only for what somebody may have to ask about. */
function refused(room: Room, c: Context<Env>, fault: unknown, door = 'no door'): Response {
  const requestId = room.chat.newId()
  if (isOurFault(fault))
    room.log({ level: 'error', what: 'A request met a fault of ours.', door, requestId, ...traceOf(fault) })
  else room.trouble.met(fault, { door, requestId })
  const whence = whenceOf(c.req.raw, room.settings)
  return responseOf(room, c.req.raw, whence, errorAnswer(fault, requestId))
}

function responseOf(
  room: Room,
  request: Request,
  whence: Whence,
  answer: Answer,
  headers?: Record<string, string>,
): Response {
  room.tally.answered(answer.status)
  return new Response(answer.body, {
    status: answer.status,
    headers: {
      'content-type': answer.type ?? 'application/json; charset=utf-8',
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
      ...answer.headers,
      ...corsHeaders(request, whence),
    },
  })
}

const noSuchDoor = (method: string) =>
  new ThreadkeepError(
    'not_found',
    `There is no such door for ${method}.`,
    'GET /openapi.json lists them all.',
  )

/** Hono's own way to the path of a request, below the place where this house is mounted. */
function pathWithout(basePath: string): (request: Request) => string {
  return (request) => {
    const path = getPath(request)
    return basePath !== '' && path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path
  }
}
