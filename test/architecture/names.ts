// No drawers: a file is a noun that says what is inside, and no name ends in a word that fits everything.
import type { ESTree } from 'vite'
import { visit, type Source } from './source.ts'

const drawer = /^(index|utils?|helpers?|common|types|misc|shared|lib|constants)$/
const suffix = /(Manager|Service|Helpers?|Utils?|Impl)$/
const fileSuffix = /-(manager|service|helpers?|utils?|impl)$/
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/

export function nameFaults(source: Source): string[] {
  return [...pathFaults(source.path), ...declarationFaults(source)]
}

function pathFaults(path: string): string[] {
  return path.split('/').flatMap((part) => {
    const stem = part.replace(/\..*$/, '')
    if (drawer.test(stem)) return [`${path}: "${stem}" is a drawer; name it after what is inside`]
    if (fileSuffix.test(stem))
      return [`${path}: "${stem}" ends in a word that fits everything; use the noun alone`]
    return kebab.test(part) ? [] : [`${path}: "${part}" is not kebab-case`]
  })
}

function declarationFaults(source: Source): string[] {
  const faults: string[] = []
  const check = (id: ESTree.Node | null): void => {
    if (id?.type !== 'Identifier' || !suffix.test(id.name)) return
    faults.push(`${source.path}: "${id.name}" ends in a word that fits everything; use the noun alone`)
  }
  visit(source, {
    ClassDeclaration: (node) => check(node.id),
    FunctionDeclaration: (node) => check(node.id),
    VariableDeclarator: (node) => check(node.id),
    TSInterfaceDeclaration: (node) => check(node.id),
    TSTypeAliasDeclaration: (node) => check(node.id),
  })
  return faults
}
