// How long files and functions are: the horizon is a screen, and the report says who is nearest to it.
import type { ESTree } from 'vite'
import { visit, type Source } from './source.ts'

export interface Length {
  name: string
  lines: number
}

export const fileLinesMax = 400
export const functionLinesMax = 80

export function shapeFaults(source: Source): string[] {
  if (!source.path.startsWith('src/')) return []
  const tooLong = ({ name, lines }: Length, max: number): string[] =>
    lines > max ? [`${name} has ${lines} lines, more than ${max}: it holds two thoughts, part them`] : []
  return [
    ...tooLong(lengthOf(source), fileLinesMax),
    ...functionsOf(source).flatMap((length) => tooLong(length, functionLinesMax)),
  ]
}

export function shapeReport(sources: Source[]): string {
  const house = sources.filter((source) => source.path.startsWith('src/') && source.program)
  return [
    lengthReport('files', house.map(lengthOf)),
    lengthReport('functions', house.flatMap(functionsOf)),
  ].join('\n')
}

function lengthReport(what: string, lengths: Length[]): string {
  const sorted = lengths.toSorted((a, b) => b.lines - a.lines)
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * (1 - share))]?.lines ?? 0
  const longest = sorted.slice(0, 10).map(({ name, lines }) => `${String(lines).padStart(5)}  ${name}`)
  const heading = `${sorted.length} ${what} in src: median ${at(0.5)} lines, p95 ${at(0.95)}; the longest`
  return [heading, ...longest].join('\n')
}

export function lengthOf({ path, text }: Source): Length {
  return { name: path, lines: linesOf(text.replace(/\n$/, '')) }
}

export function functionsOf(source: Source): Length[] {
  const names = new Map<number, string>()
  const found: Length[] = []
  const name = (key: ESTree.Node, value: ESTree.Node | null): void => {
    if (value) names.set(value.start, source.text.slice(key.start, key.end).replace(/:[\s\S]*$/, ''))
  }
  const add = (node: ESTree.Function | ESTree.ArrowFunctionExpression): void => {
    const called = node.id?.name ?? names.get(node.start) ?? '(nameless)'
    const lines = linesOf(source.text.slice(node.start, node.end))
    found.push({ name: `${source.path}:${linesOf(source.text.slice(0, node.start))} ${called}`, lines })
  }
  visit(source, {
    VariableDeclarator: (node) => name(node.id, node.init),
    Property: (node) => name(node.key, node.value),
    PropertyDefinition: (node) => name(node.key, node.value),
    MethodDefinition: (node) => name(node.key, node.value),
    FunctionDeclaration: add,
    FunctionExpression: add,
    ArrowFunctionExpression: add,
  })
  return found
}

function linesOf(text: string): number {
  return text.split('\n').length
}
