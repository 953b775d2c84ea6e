// What a first visit loads as script, packed: printed by chunk, and refused above the budget.
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'

export const firstLoadBytesMax = 130_000

/** The page itself, and the conversation, which it asks for as soon as it runs. All else waits until somebody wants it. */
const loadedFirst = ['index.html', 'chat/thread.tsx']

export type Chunk = { name: string; bytes: number }

type Manifest = Record<string, { file: string; imports?: string[] }>

export function firstLoad(dist: string): Chunk[] {
  const manifest = JSON.parse(fs.readFileSync(path.join(dist, '.vite/manifest.json'), 'utf8')) as Manifest
  const files = new Set(['theme.js'])
  const visit = (key: string): void => {
    const { file, imports = [] } = manifest[key] ?? { file: '' }
    if (file === '') throw new Error(`the web build has no ${key}`)
    if (files.has(file)) return
    files.add(file)
    imports.forEach(visit)
  }
  loadedFirst.forEach(visit)
  return [...files].map((name) => ({ name, bytes: packedSize(path.join(dist, name)) }))
}

export const total = (chunks: readonly Chunk[]): number => chunks.reduce((sum, { bytes }) => sum + bytes, 0)

const packedSize = (file: string) => zlib.gzipSync(fs.readFileSync(file), { level: 9 }).length

if (import.meta.main) {
  const chunks = firstLoad(path.resolve(import.meta.dirname, '../dist/web'))
  for (const { name, bytes } of chunks) console.log(`${String(bytes).padStart(8)}  ${name}`)
  console.log(`${String(total(chunks)).padStart(8)}  in all, of at most ${firstLoadBytesMax}`)
  if (total(chunks) > firstLoadBytesMax) process.exitCode = 1
}
