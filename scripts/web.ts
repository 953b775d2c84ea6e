// Builds the web app from web/ into dist/web when its sources are newer than the last build, and packs each file for the way.
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'

const root = path.resolve(import.meta.dirname, '..')
const dist = path.join(root, 'dist/web')
const page = path.join(dist, 'index.html')
const sources = ['web', 'src/client', 'src/core', 'src/personas', 'vite.config.ts', 'package-lock.json']

/** In words, what happened; for whoever starts the house. */
export async function buildWebIfStale(): Promise<string | null> {
  if (isFresh()) return null
  if (!fs.existsSync(path.join(root, 'node_modules/vite')))
    return 'The web app is not built, because Vite is not installed: run npm ci with its development packages.'
  const began = performance.now()
  await buildWeb()
  return `Built the web app in ${((performance.now() - began) / 1000).toFixed(1)} s.`
}

export async function buildWeb(): Promise<void> {
  // What Vite builds in a test would else be the slow and large React for developers.
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  const { build } = await import('vite')
  await build({
    configFile: path.join(root, 'vite.config.ts'),
    root: path.join(root, 'web'),
    logLevel: 'warn',
  })
  if (before === undefined) delete process.env['NODE_ENV']
  else process.env['NODE_ENV'] = before
  for (const name of fs.globSync('**/*.{html,js,css,svg}', { cwd: dist })) pack(path.join(dist, name))
  // Written last, so that a build that was broken off is stale.
  fs.utimesSync(page, new Date(), new Date())
}

function isFresh(): boolean {
  if (!fs.existsSync(page) || !fs.existsSync(`${page}.br`)) return false
  const newest = Math.max(...sources.map((source) => newestIn(path.join(root, source))))
  return fs.statSync(page).mtimeMs > newest
}

function newestIn(source: string): number {
  const { mtimeMs } = fs.statSync(source)
  if (!fs.statSync(source).isDirectory()) return mtimeMs
  return Math.max(mtimeMs, ...fs.readdirSync(source).map((name) => newestIn(path.join(source, name))))
}

/** Packed once here rather than once a request. */
function pack(file: string): void {
  const bytes = fs.readFileSync(file)
  if (bytes.length < 1024 && file !== page) return
  const { BROTLI_PARAM_QUALITY: quality, BROTLI_PARAM_SIZE_HINT: size } = zlib.constants
  const params = { [quality]: 9, [size]: bytes.length }
  fs.writeFileSync(`${file}.br`, zlib.brotliCompressSync(bytes, { params }))
  fs.writeFileSync(`${file}.gz`, zlib.gzipSync(bytes, { level: 9 }))
}

if (import.meta.main) console.log((await buildWebIfStale()) ?? 'The web app is built already.')
