// The house itself: whether it is alive, whether it is ready, what it counts, and what its doors are.

import { z } from 'zod'
import { ThreadkeepError } from '../../core/errors.ts'
import type { Store } from '../../core/store.ts'
import { type Answer, answer, ok } from '../answer.ts'
import type { Room } from '../room.ts'
import { type Policy, route } from '../route.ts'
import { maybeText, text, time, iso } from '../shapes/fields.ts'

const anyone: Policy = { who: 'anyone', scope: 'read', owns: 'nothing' }

const part = z.looseObject({ ok: z.boolean() })
const persistence = part.extend({ lastWriteAt: time.nullable(), failedBy: maybeText })
const readiness = z.strictObject({
  ready: z.boolean(),
  parts: z.strictObject({ frontend: part, api: part, model: part, database: part, persistence }),
})

export const houseRoutes = [
  route({
    method: 'GET',
    path: '/healthz',
    policy: anyone,
    summary: 'Alive.',
    answers: { 200: z.strictObject({ version: text, commit: maybeText, startedAt: time }) },
    handle: (_, { about: { version, commit, startedAt } }) =>
      ok({ version, commit, startedAt: iso(startedAt) }),
  }),
  route({
    method: 'GET',
    path: '/readyz',
    policy: anyone,
    summary: 'Ready: each part of the house by name.',
    answers: { 200: readiness, 503: readiness },
    handle: (_, room) => readinessOf(room),
  }),
  route({
    method: 'GET',
    path: '/metrics',
    policy: anyone,
    summary: 'Counts for a scraper on this machine, or one with the token.',
    answers: { 200: 'text/plain' },
    handle({ request, socketAddress }, room) {
      refuseStranger(request, socketAddress, room.settings.metricsToken ?? null)
      const uptime = (room.chat.now() - room.about.startedAt) / 1000
      const gauges = {
        live_runs: room.chat.live.size,
        uptime_seconds: uptime,
        ...room.gauges?.(),
        ...room.news.writes?.gauges(),
      }
      const body = room.tally.text(gauges)
      return { status: 200, body, type: 'text/plain; version=0.0.4; charset=utf-8' }
    },
  }),
  route({
    method: 'GET',
    path: '/openapi.json',
    policy: anyone,
    summary: 'Every door, as OpenAPI 3.1.',
    answers: { 200: 'application/json' },
    handle: (_, { document }) => ({ status: 200, body: document() }),
  }),
]

async function readinessOf({ store, about, chat, news, draining, closing }: Room): Promise<Answer> {
  const answers = await answersSoon(store)
  const open = draining?.aborted !== true && closing?.aborted !== true
  const ready = open && answers
  const { keptAt, failedBy } = news.writes?.last ?? { keptAt: null, failedBy: null }
  const parts = {
    frontend: { ok: about.frontend },
    api: { ok: open },
    model: { ok: true, provider: chat.model.provider, name: chat.model.name },
    database: { ok: answers, engine: about.engine },
    persistence: {
      ok: answers && failedBy === null && store.durability !== 'none',
      durability: store.durability,
      position: store.position(),
      lastWriteAt: keptAt === null ? null : iso(keptAt),
      failedBy,
    },
  }
  return answer(ready ? 200 : 503, { ready, parts })
}

const answerWithinMs = 2_000

/** A read that finds nobody still shows that the database answers; one that fails, or hangs, is what this door is there to say. */
function answersSoon(store: Store): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const tooLate = setTimeout(() => resolve(false), answerWithinMs)
  store.user('nobody').then(
    () => resolve(true),
    () => resolve(false),
  )
  return promise.finally(() => clearTimeout(tooLate))
}

const loopback = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/

/** Through a proxy every caller seems to be on this machine, so a forwarded request needs the token. */
function refuseStranger({ headers }: Request, address: string | null, token: string | null): void {
  const given = /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  if (token !== null && given === token) return
  if (
    address !== null &&
    loopback.test(address) &&
    !headers.has('x-forwarded-for') &&
    !headers.has('forwarded')
  )
    return
  throw new ThreadkeepError(
    'forbidden',
    'Metrics are for this machine, or for whoever has the token.',
    'Ask from this machine, or send the metrics token as Bearer.',
  )
}
