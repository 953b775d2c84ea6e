// A plan of PostgreSQL as a list of the ways in which it comes to the rows of our tables, and of what it sorts.

export type PlanNode = {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Index Cond'?: string
  'Sort Key'?: string[]
  Plans?: PlanNode[]
}

/** One search: the index, and the columns by which it is entered; or the name of a table that is read through. */
export type Step = { node: string; table: string; index: string | null; by: string[] }

export function stepsOf(plan: PlanNode): Step[] {
  return nodesOf(plan).flatMap((node) => {
    const table = tableOf(node)
    if (table === null) return []
    const index = node['Index Name'] ?? (node.Plans ? indexBelow(node) : null)
    return [{ node: node['Node Type'], table, index, by: columnsIn(conditionOf(node)) }]
  })
}

/** Sorts of more than the piece that a LIMIT, or a list of the caller’s, had cut before. */
export const wideSorts = (plan: PlanNode): string[] =>
  nodesOf(plan)
    .filter((node) => /Sort/.test(node['Node Type']) && (node.Plans ?? []).some((below) => !isCut(below)))
    .map((node) => `sorts by ${(node['Sort Key'] ?? []).join(', ')}`)

/** Whatever comes from a table was cut on its way. */
function isCut(node: PlanNode): boolean {
  if (node['Node Type'] === 'Limit') return true
  if (tableOf(node) !== null) return false
  const below = node.Plans ?? []
  // A loop brings, for each of what its first half has, what its second half has.
  if (node['Node Type'] === 'Nested Loop') return below.some(isCut)
  return below.every(isCut)
}

export const nodesOf = (plan: PlanNode): PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/** Writing to a table is no way of finding rows in it. */
const tableOf = (node: PlanNode): string | null =>
  /^(ModifyTable|BitmapAnd|BitmapOr)$/.test(node['Node Type']) ? null : (node['Relation Name'] ?? null)

const indexBelow = (node: PlanNode): string | null =>
  node.Plans?.find((below) => below['Index Name'])?.['Index Name'] ?? null

const conditionOf = (node: PlanNode): string =>
  node['Index Cond'] ?? node.Plans?.find((below) => below['Index Cond'])?.['Index Cond'] ?? ''

/** Those on the left of a comparison, in brackets of their own or in a row of several. */
function columnsIn(condition: string): string[] {
  const sides = condition.split(/ AND /).map((part) => part.replace(/ (=|<|>|<=|>=) [^]*$/, ''))
  return [...new Set(sides.flatMap((side) => side.match(/\b(?!ROW\b)[a-z_]+\b(?!\.|\()/g) ?? []))]
}
