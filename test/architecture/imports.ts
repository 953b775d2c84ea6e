// Who may import whom: DESIGN's law of rooms as one table, held against every import of the house.
import { posix } from 'node:path'
import type { ESTree } from 'vite'
import { isHouse, roomOf, visit, type Source } from './source.ts'

interface Law {
  rooms: string[]
  /** A package by name, or every package that starts so (`node:`, `@ai-sdk/`). */
  packages: string[]
}

const everyRoom = ['*']
const machine = ['zod', 'node:']

const laws: Record<string, Law> = {
  core: { rooms: [], packages: ['zod'] },
  personas: { rooms: ['core'], packages: ['node:crypto'] },
  chat: { rooms: ['core'], packages: machine },
  store: { rooms: ['core'], packages: [...machine, 'node:sqlite', 'pg', 'kysely'] },
  identity: {
    rooms: ['core'],
    packages: [...machine, 'node:sqlite', 'better-auth', '@better-auth/', 'jose', 'pg'],
  },
  model: { rooms: ['core'], packages: [...machine, '@ai-sdk/'] },
  // Works on whole stores, for nobody in particular; the SQL of it lives in store.
  upkeep: { rooms: ['core', 'store'], packages: machine },
  http: { rooms: ['core', 'chat', 'package.json'], packages: [...machine, 'hono', '@hono/'] },
  client: { rooms: ['core'], packages: ['zod', 'react'] },
  cli: {
    rooms: ['core', 'client', 'server.ts', 'config.ts', 'package.json'],
    packages: [...machine, '@clack/'],
  },
  'config.ts': { rooms: ['core', 'package.json'], packages: machine },
  'server.ts': { rooms: everyRoom, packages: [...machine, 'hono', '@hono/', 'pino', 'prom-client'] },
  web: { rooms: ['core', 'client'], packages: everyRoom },
}

/** Inside the web app the way leads down: screens are made of chat and threads, and those of ui, which knows neither. */
const floors: Record<string, string[]> = {
  ui: [],
  chat: ['ui', 'threads'],
  threads: ['ui', 'chat'],
  screens: ['ui', 'chat', 'threads'],
}

/** A room that nobody has written a law for yet lives like its neighbours. */
const newRoom: Law = { rooms: ['core'], packages: machine }

/** These know the house from outside, and the house must not know them. */
const outside = ['test', 'bench', 'scripts', 'cli', 'web']

export function importFaults(source: Source): string[] {
  if (!isHouse(source.path)) return []
  const room = roomOf(source.path)
  const law = laws[room] ?? newRoom
  return importsOf(source).flatMap((name) => {
    const fault = name.startsWith('.')
      ? roomFault(source.path, room, law, name)
      : packageFault(room, law, name)
    return fault ? [`${source.path} imports ${name}: ${fault}`] : []
  })
}

function roomFault(path: string, room: string, law: Law, name: string): string | undefined {
  const target = roomOf(posix.join(posix.dirname(path), name))
  if (target === 'web' && room === 'web') return floorFault(path, posix.join(posix.dirname(path), name))
  if (target === room || law.rooms.includes(target)) return undefined
  if (law.rooms === everyRoom && !outside.includes(target)) return undefined
  const known =
    law.rooms === everyRoom ? `every room but ${outside.join(', ')}` : law.rooms.join(', ') || 'no other room'
  return `${room} may import ${known}; what it needs from ${target} is handed to it by server.ts`
}

function floorFault(path: string, targetPath: string): string | undefined {
  const floor = path.split('/')[1] ?? ''
  const target = targetPath.split('/')[1] ?? ''
  const below = floors[floor]
  if (!below || target === floor || below.includes(target)) return undefined
  // Files beside the floors (the client, the connection, the address) are for all but ui.
  if (floor !== 'ui' && !(target in floors)) return undefined
  return `web/${floor} may import ${below.map((one) => `web/${one}`).join(', ') || 'nothing else of web'}`
}

function packageFault(room: string, law: Law, name: string): string | undefined {
  const isNode = name.startsWith('node:')
  if (room === 'web' && !isNode) return undefined
  if (law.packages.some((allowed) => covers(allowed, name))) return undefined
  const known = room === 'web' ? 'anything a browser runs' : law.packages.join(', ') || 'no package'
  return `${room} may import ${known} (the table is in test/architecture/imports.ts)`
}

/** SQLite comes with Node and is a driver all the same: a room that opens databases says so by name. */
function covers(allowed: string, name: string): boolean {
  if (/[:/]$/.test(allowed)) return name.startsWith(allowed) && name !== 'node:sqlite'
  return name === allowed || name.startsWith(`${allowed}/`)
}

export function importsOf(source: Source): string[] {
  const found: string[] = []
  const add = (node: { value?: unknown } | null): void => {
    if (typeof node?.value === 'string') found.push(node.value)
  }
  visit(source, {
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source as ESTree.StringLiteral),
    TSImportType: (node) => add(node.source),
    // The address of a worker or of a folder of migrations reaches another file as surely as an import does.
    NewExpression: (node) => {
      const [address, base] = node.arguments
      if (isNamed(node.callee, 'URL') && isImportMeta(base)) add(address as ESTree.StringLiteral)
    },
  })
  return found
}

function isNamed(node: ESTree.Expression, name: string): boolean {
  return node.type === 'Identifier' && node.name === name
}

function isImportMeta(node: ESTree.Argument | undefined): boolean {
  return node?.type === 'MemberExpression' && node.object.type === 'MetaProperty'
}
