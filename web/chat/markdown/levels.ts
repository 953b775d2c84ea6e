// Which heading of the page each heading of a text is: below those of the page, and none left out on the way down.

import type { Block } from './blocks.ts'

/** The page has its h1 and the conversation its h2. */
export const topLevel = 3
const lowestLevel = 6

/** One level a block; it means something only for headings. */
export function levelsOf(blocks: readonly Block[]): number[] {
  const open: number[] = []
  return blocks.map((block) => {
    if (block.type !== 'heading') return topLevel
    const depth = Number(block.depth)
    while (open.length > 0 && (open.at(-1) ?? 0) >= depth) open.pop()
    open.push(depth)
    return Math.min(lowestLevel, topLevel + open.length - 1)
  })
}
