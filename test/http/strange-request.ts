// Requests that a door may meet and should not trust, made by chance from what it takes: wrong kinds, missing and extra fields,
// text that cannot be kept, JSON that is too deep, too long or not JSON.

import { z } from 'zod'
import type { Route } from '../../src/http/route.ts'
import type { Random } from '../random.ts'

export type StrangeRequest = {
  path: string
  body: string | undefined
  headers: Record<string, string>
  describe: () => string
}

const deep = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth)
const long = (bytes: number) => `{"text":"${'a'.repeat(bytes)}"}`

/** Made once: they are large. */
const monsters = [
  deep(1_000_000),
  deep(200_000, '{"a":', '}').replace('{"a":}', '{"a":1}'),
  '['.repeat(1_000_000),
  long(10 * 1024 * 1024),
  `{"text":"${'\\n'.repeat(1_500_000)}"}`,
  `[${'1,'.repeat(900_000)}1]`,
  `{${Array.from({ length: 60_000 }, (_, i) => `"k${i}":0`).join(',')}}`,
  `{"text":${'9'.repeat(500_000)}}`,
]

const texts = [
  '', ' ', 'a', '\u0000', '\ud800', '\udc00\ud800', '🌹', '\u202e', '\r\n', '../..', '%00', "'; DROP TABLE messages; --", '" OR 1=1',
  '$$', '`', '__proto__', 'constructor', 'toString', 'null', 'NaN', '\uffff', 'e\u0301'.repeat(500), 'a'.repeat(129), 'x'.repeat(300),
  'MATCH "a" NEAR/2 "b"', '%%%%%', '{{7*7}}', '<script>alert(1)</script>', 'm1', 'user', 'true', '1e400',
] // prettier-ignore

const literals = [
  'null', 'true', '[]', '{}', '0', '-1', '1e400', '-0', '1.5', '9007199254740993', '1e21', '""', '[[]]', '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}', '[null]', '{"type":"text"}', '[{"type":"text","text":1}]', '"\\u0000"', '"\\ud83d"', '[{}]',
] // prettier-ignore

const malformed = ['', ' ', '{', '}', '[1,]', '{"a"}', '{a:1}', "{'a':1}", 'undefined', 'NaN', '\ufeff{}', '{}{}', '"', '{"a":"\n"}', '[', '\\', '{"a":01}', '-', '{"a":-}', 'text=a&id=b', '<xml/>', 'nul'] // prettier-ignore

const types = ['application/json', 'application/json; charset=utf-8', 'application/json; charset=latin1', 'text/plain', 'multipart/form-data', 'application/x-www-form-urlencoded', ''] // prettier-ignore

export class Sender {
  readonly #random: Random
  readonly #route: Route
  readonly #fields: readonly string[]
  readonly #parameters: readonly string[]
  #sent = 0

  constructor(random: Random, route: Route) {
    this.#random = random
    this.#route = route
    this.#fields = fieldsOf(route.body)
    this.#parameters = fieldsOf(route.query)
  }

  /** The first ones are the monsters, so that each door meets each of them. */
  next(own: Record<string, string>): StrangeRequest {
    const { pick, chance } = this.#random
    const path = this.#path(own) + this.#query()
    const body = this.#route.body ? this.#body() : undefined
    const headers: Record<string, string> = {}
    if (chance(0.1)) headers['content-type'] = pick(types)
    if (chance(0.05)) headers['last-event-id'] = pick(['soon', '1.0.0', '99.99.99', '-1', '0'])
    if (chance(0.05)) headers['threadkeep-position'] = pick(['soon', 'a-1', '-', 'x'.repeat(500)])
    // Without this a stream would be opened, and some never end.
    if (path.includes('/changes/stream')) headers['origin'] = 'null'
    const shown = `${this.#route.method} ${path.slice(0, 200)} ${JSON.stringify(headers)} ${body?.slice(0, 300)}`
    return { path, body, headers, describe: () => shown }
  }

  #path(own: Record<string, string>): string {
    const { pick, chance } = this.#random
    return this.#route.path.replace(/:(\w+)/g, (_, name: string) => {
      const id = own[name] !== undefined && chance(0.7) ? own[name] : pick([...texts, 'pin', 'thumb'])
      return encodeURIComponent(id.toWellFormed()) || '_'
    })
  }

  #query(): string {
    const { pick, chance, int } = this.#random
    if (chance(0.5)) return ''
    const pairs = Array.from({ length: int(4) }, () => {
      const name = chance(0.8) && this.#parameters.length > 0 ? pick(this.#parameters) : pick(texts)
      return `${encodeURIComponent(name.toWellFormed())}=${chance(0.1) ? '%zz%00' : encodeURIComponent(pick(texts).toWellFormed())}`
    })
    return `?${pairs.join('&')}`
  }

  #body(): string | undefined {
    const { pick, chance } = this.#random
    const monster = monsters[this.#sent++]
    if (monster !== undefined) return monster
    if (chance(0.1)) return pick(malformed)
    if (chance(0.1)) return pick(literals)
    if (chance(0.03)) return undefined
    return this.#object()
  }

  /** Some of the fields that the door knows, most of them wrong; now and then one twice, or one that it does not know. */
  #object(): string {
    const { pick, chance, int } = this.#random
    const names = Array.from({ length: int(5) }, () =>
      chance(0.9) && this.#fields.length > 0 ? pick(this.#fields) : pick(texts),
    )
    const once = chance(0.95) ? [...new Set(names)] : names
    const pairs = once.map((name) => `${JSON.stringify(name)}:${this.#value(3)}`)
    return `{${pairs.join(',')}}`
  }

  #value(depthMax: number): string {
    const { pick, chance, int } = this.#random
    if (chance(0.5)) return JSON.stringify(pick(texts))
    if (depthMax === 0 || chance(0.7)) return pick(literals)
    if (chance(0.05)) return deep(int(100))
    const items = Array.from({ length: int(4) }, () => this.#value(depthMax - 1))
    return chance(0.5)
      ? `[${items.join(',')}]`
      : `{${items.map((item) => `${JSON.stringify(pick(texts))}:${item}`).join(',')}}`
  }
}

function fieldsOf(schema: z.ZodType | undefined): string[] {
  if (!schema) return []
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.keys(properties ?? {})
}
