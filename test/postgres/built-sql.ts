// Finds SQL that is put together while the house runs, where something a person said could get into it: each place as a line of words.
import type { ESTree } from 'vite'
import { parse, type Source, type SourceFile } from '../architecture/source.ts'

type Node = ESTree.Node
type Place = { source: Source; node: Node; above: readonly Node[] }

const speaks =
  /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|MERGE|CREATE|ALTER|DROP|GRANT|PRAGMA|VACUUM|ATTACH|COPY|WHERE|FROM|JOIN|LIMIT|VALUES|UNION|RETURNING|BETWEEN) |\bSET (LOCAL|ROLE|\w+ =)/
const sends = new Set(['query', 'exec', 'prepare'])
const glues = new Set(['concat', 'join', 'replace', 'replaceAll', 'slice'])

/** What is put together when a module is loaded, by itself or by functions that are called then alone, holds nothing that anybody said. */
export function builtSql(files: readonly SourceFile[]): string[] {
  const places = files.map(parse).flatMap(placesOf)
  const composed = places.filter(isComposed)
  const atRunTime = composed.filter((place) => !isAtLoad(place, places, new Set()))
  return [
    ...new Set(atRunTime.map(({ source, node }) => `${source.path}: ${shortOf(source, node)}`)),
  ].toSorted()
}

/** What is handed to a driver by another name than that of a constant of its module. */
export function sentByName(files: readonly SourceFile[]): string[] {
  const sent = files
    .map(parse)
    .flatMap(placesOf)
    .flatMap(({ source, node }) => {
      const text = node.type === 'CallExpression' ? sentBy(source, node) : null
      return text && !isConstant(source, text) ? [`${source.path}: ${shortOf(source, node)}`] : []
    })
  return [...new Set(sent)].toSorted()
}

function sentBy(source: Source, { callee, arguments: [first] }: ESTree.CallExpression): Node | null {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier' || !first) return null
  if (!sends.has(callee.property.name) || isPattern(source, callee.object)) return null
  if (first.type !== 'ObjectExpression') return first
  const text = first.properties.find(
    (property) => property.type === 'Property' && nameOf(property.key) === 'text',
  )
  return text?.type === 'Property' ? text.value : first
}

/** A regular expression has an exec of its own. */
const isPattern = (source: Source, node: Node): boolean =>
  node.type === 'Literal' ? 'regex' in node : declaredIn(source, nameOf(node))?.init?.type === 'Literal'

function declaredIn({ program }: Source, name: string | null): ESTree.VariableDeclarator | undefined {
  return (program?.body ?? [])
    .flatMap((statement) => (statement.type === 'VariableDeclaration' ? statement.declarations : []))
    .find(({ id }) => nameOf(id) === name)
}

function isConstant({ program }: Source, node: Node): boolean {
  if (node.type === 'Literal' || node.type === 'TemplateLiteral') return true
  const name = node.type === 'MemberExpression' ? nameOf(node.object) : nameOf(node)
  return (program?.body ?? []).some((statement) => {
    const declared = 'declaration' in statement && statement.declaration ? statement.declaration : statement
    if (declared.type === 'ImportDeclaration')
      return declared.specifiers.some(({ local }) => local.name === name)
    return (
      declared.type === 'VariableDeclaration' && declared.declarations.some(({ id }) => nameOf(id) === name)
    )
  })
}

function isComposed({ node }: Place): boolean {
  if (node.type === 'TemplateLiteral')
    return node.expressions.length > 0 && speaks.test(node.quasis.map(({ value }) => value.raw).join('…'))
  if (node.type === 'BinaryExpression') return node.operator === '+' && [node.left, node.right].some(isWords)
  if (node.type === 'AssignmentExpression') return node.operator === '+=' && isWords(node.right)
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false
  return (
    glues.has(nameOf(node.callee.property) ?? '') && [node.callee.object, ...node.arguments].some(isWords)
  )
}

/** Words of SQL as they stand in the source. */
function isWords(node: Node): boolean {
  if (node.type === 'Literal') return typeof node.value === 'string' && speaks.test(`${node.value} `)
  if (node.type === 'TemplateLiteral') return speaks.test(node.quasis.map(({ value }) => value.raw).join('…'))
  if (node.type === 'ArrayExpression')
    return node.elements.some((element) => element !== null && isWords(element))
  return false
}

/** Outside of any function, or in one that is named and called from such places alone. */
function isAtLoad(place: Place, places: readonly Place[], seen: Set<Node>): boolean {
  const within = place.above.findLastIndex(isFunction)
  if (within < 0) return true
  const inner = place.above[within]
  if (!inner || seen.has(inner)) return true
  const name = nameOfFunction(inner, place.above.slice(0, within))
  if (name === null)
    return (
      isGivenAway(place, within) && isAtLoad({ ...place, above: place.above.slice(0, within) }, places, seen)
    )
  const uses = usesOf(name, place.source, places)
  return uses.length > 0 && uses.every((use) => isAtLoad(use, places, new Set(seen).add(inner)))
}

/** A function without a name that is handed to another at once, as to map, or stands in an object: it is called where it stands, or not by us. */
function isGivenAway({ above }: Place, within: number): boolean {
  const parent = above[within - 1]
  return parent?.type === 'CallExpression' || parent?.type === 'Property'
}

const isFunction = ({ type }: Node) =>
  /^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/.test(type)

function nameOfFunction(node: Node, above: readonly Node[]): string | null {
  if (node.type === 'FunctionDeclaration') return node.id?.name ?? null
  const parent = above.at(-1)
  if (parent?.type === 'VariableDeclarator') return nameOf(parent.id)
  if (parent?.type === 'MethodDefinition') return nameOf(parent.key)
  return null
}

/** Where it is named, in its own file and in those that import it. */
function usesOf(name: string, { path }: Source, places: readonly Place[]): Place[] {
  const file = path.split('/').at(-1) ?? path
  return places.filter(({ source, node, above }) => {
    if (nameOf(node) !== name || isItsOwn(node, above)) return false
    return source.path === path || imports(source, name, file)
  })
}

const imports = ({ program }: Source, name: string, file: string): boolean =>
  (program?.body ?? []).some(
    (statement) =>
      statement.type === 'ImportDeclaration' &&
      statement.source.value.endsWith(`/${file}`) &&
      statement.specifiers.some(({ local }) => local.name === name),
  )

/** A declaration, an import, a property’s name, a type: no use of what is named. */
function isItsOwn(node: Node, above: readonly Node[]): boolean {
  const parent = above.at(-1)
  if (!parent) return true
  if (parent.type === 'VariableDeclarator' || parent.type === 'FunctionDeclaration') return parent.id === node
  if (parent.type === 'Property') return parent.key === node && !parent.shorthand
  if (parent.type === 'MemberExpression')
    return parent.property === node && !parent.computed && parent.object.type !== 'ThisExpression'
  return /^(Import|Export|TS|MethodDefinition)/.test(parent.type)
}

const nameOf = (node: Node): string | null =>
  node.type === 'Identifier' || node.type === 'PrivateIdentifier' ? node.name : null

const shortOf = ({ text }: Source, { start, end }: Node): string =>
  text.slice(start, end).replaceAll(/\s+/g, ' ').slice(0, 90)

function placesOf(source: Source): Place[] {
  const places: Place[] = []
  const walk = (node: Node, above: readonly Node[]): void => {
    places.push({ source, node, above })
    const below = [...above, node]
    for (const value of Object.values(node) as unknown[])
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, below)
  }
  if (source.program) walk(source.program, [])
  return places
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value
