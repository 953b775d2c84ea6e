// The web app as files of one folder: the page for people who come with a browser, and what the page asks for.

import { hash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

/** Null when the request is none for the page: then it is one for the doors. */
export type WebFiles = (request: Request) => Promise<Response> | null

type Encoding = 'br' | 'gzip'
type WebFile = { path: string; type: string; encodings: Encoding[] }

const suffixes: Record<Encoding, string> = { br: '.br', gzip: '.gz' }

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}

/** Nothing but what this house serves: no script inside a page, no picture from elsewhere, no frame around it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** In a clone the page is built into dist/web; in the published package these files lie in dist themselves. */
export function builtWeb(): string {
  const beside = join(import.meta.dirname, '..', 'web')
  return existsSync(join(beside, 'index.html'))
    ? beside
    : join(import.meta.dirname, '..', '..', 'dist', 'web')
}

/** Looks at the folder once. Null when there is no page in it. */
export function webFiles(folder: string = builtWeb()): WebFiles | null {
  const files = filesIn(folder)
  const page = files.get('/index.html')
  if (!page) return null
  const pageTag = `"${hash('sha256', readFileSync(page.path), 'hex').slice(0, 16)}"`
  return (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return null
    const path = pathOf(request)
    const file = files.get(path)
    if (file && file !== page) return served(request, file, caching(path))
    if (file !== page && !isForPeople(request, path)) return null
    return served(request, page, { 'cache-control': 'no-cache', etag: pageTag })
  }
}

async function served(request: Request, file: WebFile, caching: Record<string, string>): Promise<Response> {
  const headers = { ...caching, ...guards, vary: 'Accept-Encoding' }
  if (caching['etag'] !== undefined && request.headers.get('if-none-match') === caching['etag'])
    return new Response(null, { status: 304, headers })
  const encoding = file.encodings.find((encoding) => accepts(request, encoding))
  const bytes = await readFile(encoding ? file.path + suffixes[encoding] : file.path)
  return new Response(request.method === 'HEAD' ? null : bytes, {
    headers: {
      ...headers,
      'content-type': file.type,
      'content-length': String(bytes.length),
      ...(encoding ? { 'content-encoding': encoding } : {}),
    },
  })
}

const guards = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
}

/** What Vite names after its content never changes under that name. */
const caching = (path: string) => ({
  'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
})

function filesIn(folder: string): Map<string, WebFile> {
  const names = globSync('**/*.*', { cwd: folder })
  const has = new Set(names)
  const packed = (name: string) => Object.values(suffixes).some((suffix) => name.endsWith(suffix))
  const fileOf = (name: string): [string, WebFile] => [
    `/${name.split(sep).join('/')}`,
    {
      path: join(folder, name),
      type: types[extname(name)] ?? 'application/octet-stream',
      encodings: (['br', 'gzip'] as const).filter((encoding) => has.has(name + suffixes[encoding])),
    },
  ]
  return new Map(names.filter((name) => !packed(name)).map(fileOf))
}

/** The screens have addresses of their own, which only the page knows. */
function isForPeople({ headers }: Request, path: string): boolean {
  if (path === '/v1' || path.startsWith('/v1/') || path.startsWith('/assets/')) return false
  return (headers.get('accept') ?? '').includes('text/html') && !isDoor.test(path)
}

const isDoor = /^\/(healthz|readyz|metrics|openapi\.json)$/

const accepts = ({ headers }: Request, encoding: Encoding): boolean =>
  new RegExp(`\\b${encoding}\\b(?!\\s*;\\s*q=0(\\.0*)?(,|$))`).test(headers.get('accept-encoding') ?? '')

function pathOf({ url }: Request): string {
  const { pathname } = new URL(url)
  return pathname === '/' ? '/index.html' : pathname
}
