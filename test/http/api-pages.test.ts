// The examples of docs/api, run as they stand and in the order of its list of pages: each curl is sent, each answer shown is held
// against the one that comes. "…" stands for whatever it is.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse } from '../house.ts'
import { home } from './visitor.ts'

const page = (name: string) => readFileSync(new URL(`../../docs/api/${name}`, import.meta.url), 'utf8')
const pages = [...page('README.md').matchAll(/^\| \[\w+\]\(([\w-]+\.md)\)/gm)].map(([, name = '']) => name)

type Example = { command: string; shown: unknown }

function examplesOf(name: string): Example[] {
  const blocks = [...page(name).matchAll(/^```sh\n(.*?)\n```(?:\n```json\n(.*?)\n```)?/gms)]
  return blocks.map(([, command = '', shown]) => ({
    command,
    shown: shown && (JSON.parse(shown) as unknown),
  }))
}

let house: House
const variables: Record<string, string> = {}
beforeAll(async () => {
  house = await openHouse({ settings: { heartbeatMs: 5 } })
})
afterAll(() => house[Symbol.asyncDispose]())

it('there is a page for every first word of a path', () => {
  expect(pages).toEqual(
    expect.arrayContaining(['guests.md', 'threads.md', 'messages.md', 'runs.md', 'changes.md']),
  )
})

describe.each(pages)('%s', (name) => {
  it.each(examplesOf(name))('$command', async ({ command, shown }) => {
    const response = await house.fetch(requestOf(command))
    expect(response.status).toBeLessThan(300)
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
    const text = isStream && command.includes('/changes/') ? await firstOf(response) : await response.text()
    const body = text.startsWith('{') && shown !== undefined ? (JSON.parse(text) as Shown) : {}
    remember(body)
    expect(text).not.toBe('')
    expect(body).toMatchObject(pattern(shown ?? {}) as object)
  })
})

type Shown = { token?: string; run?: { id: string } | null }

/** What later examples use by name. */
function remember({ token, run }: Shown): void {
  if (token !== undefined) variables['TOKEN'] = token
  if (run) variables['RUN'] = run.id
}

/** The first piece of a stream that does not end. */
async function firstOf(response: Response): Promise<string> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const { value } = await reader.read()
  await reader.cancel()
  return new TextDecoder().decode(value)
}

const whatever: unknown = expect.any(String)

function pattern(shown: unknown): unknown {
  if (shown === '…') return whatever
  if (Array.isArray(shown)) return shown.map(pattern)
  if (typeof shown !== 'object' || shown === null) return shown
  return Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, pattern(value)]))
}

/** As much of curl as the pages use. */
function requestOf(command: string): Request {
  const filled = command.replace(/\$(\w+)/g, (_, name: string) => variables[name] ?? `(no ${name})`)
  const words = [...filled.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')
  const headers = new Headers()
  const init: RequestInit = { headers }
  let url = ''
  for (let i = 1; i < words.length; i++) {
    const [word = '', next = ''] = [words[i], words[i + 1]]
    if (word === '-X') init.method = next
    else if (word === '-H') headers.set(next.slice(0, next.indexOf(':')), next.slice(next.indexOf(':') + 2))
    else if (word === '--json') {
      init.method ??= 'POST'
      init.body = next
      headers.set('content-type', 'application/json')
    } else if (word !== '-N') url = word
    if (['-X', '-H', '--json'].includes(word)) i++
  }
  return new Request(url.replace('localhost:4400', home), init)
}
