// What a room may touch besides its imports: core is pure, config.ts alone reads the environment, SQL stays in its rooms.
import type { ESTree } from 'vite'
import { isHouse, roomOf, visit, type Source } from './source.ts'

const impureObjects = ['process', 'Buffer', 'crypto', 'performance', 'console', 'globalThis']
const impureMembers = ['Date.now', 'Math.random', 'Temporal.Now']
const impureCalls = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch']

const upperSql =
  /\bSELECT\b[\s\S]+\bFROM\b|\bINSERT (OR \w+ )?INTO\b|\bUPDATE \w+ SET\b|\bDELETE FROM\b|\bCREATE (UNIQUE )?(TABLE|INDEX)\b/
const lowerSql =
  /^\s*(select\b[\s\S]+\bfrom|insert (or \w+ )?into|update \w+ set|delete from|create (table|index)|pragma)\b/

export function purityFaults(source: Source): string[] {
  if (!isHouse(source.path)) return []
  const room = roomOf(source.path)
  return [
    ...(room === 'core' ? coreFaults(source) : []),
    ...(room === 'config.ts' ? [] : environmentFaults(source)),
    ...(room === 'store' || room === 'identity' ? [] : sqlFaults(source)),
  ]
}

function coreFaults(source: Source): string[] {
  const faults: string[] = []
  const fault = (what: string): void => {
    faults.push(`${source.path} uses ${what}: core is pure, clock and randomness are arguments`)
  }
  visit(source, {
    MemberExpression: (node) => {
      const member = memberName(node)
      const [object = ''] = member.split('.')
      if (impureMembers.includes(member) || impureObjects.includes(object)) fault(member)
    },
    NewExpression: (node) => {
      if (nameOf(node.callee) === 'Date' && node.arguments.length === 0) fault('new Date()')
    },
    CallExpression: (node) => {
      const name = nameOf(node.callee)
      if (name === 'Date' || impureCalls.includes(name)) fault(`${name}()`)
    },
  })
  return faults
}

function environmentFaults(source: Source): string[] {
  const faults: string[] = []
  const fault = (what: string): void => {
    faults.push(
      `${source.path} reads ${what}: config.ts alone reads the environment; take the value as an argument`,
    )
  }
  visit(source, {
    MemberExpression: (node) => {
      if (memberName(node) === 'process.env') fault('process.env')
    },
    ImportSpecifier: (node) => {
      if (nameOf(node.imported) === 'env') fault('env')
    },
    VariableDeclarator: (node) => {
      const takesEnv =
        node.id.type === 'ObjectPattern' && node.id.properties.some((part) => keyName(part) === 'env')
      if (takesEnv && node.init && nameOf(node.init) === 'process') fault('process.env')
    },
  })
  return faults
}

function sqlFaults(source: Source): string[] {
  const faults: string[] = []
  const check = (text: unknown): void => {
    if (typeof text !== 'string' || !(upperSql.test(text) || lowerSql.test(text))) return
    faults.push(
      `${source.path} holds SQL ("${text.trim().slice(0, 40)}…"): SQL lives in src/store and src/identity`,
    )
  }
  visit(source, {
    Literal: (node) => check(node.value),
    TemplateLiteral: (node) => check(node.quasis.map((quasi) => quasi.value.raw).join('x')),
  })
  return faults
}

/** `a.b` for the member b of a plain name a, and `a['b']` too; empty for anything deeper. */
function memberName(node: ESTree.MemberExpression): string {
  const object = nameOf(node.object)
  const property = node.property.type === 'Literal' ? String(node.property.value) : nameOf(node.property)
  return object && `${object}.${property}`
}

function keyName(part: ESTree.Node): string {
  return part.type === 'Property' ? nameOf(part.key) : ''
}

function nameOf(node: ESTree.Node): string {
  return node.type === 'Identifier' ? node.name : ''
}
