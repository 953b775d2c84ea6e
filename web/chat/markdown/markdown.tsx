// The words of a message, set as a book sets them. Each block is drawn once and again only when it changes.

import { memo, useRef } from 'react'
import { type Block, blocksOf, type Lexed } from './blocks.ts'
import { levelsOf, topLevel } from './levels.ts'
import { pieceOf } from './outline.ts'
import { Pieces } from './pieces.tsx'

export const Markdown = memo(function Markdown({
  text,
  isGrowing = false,
}: {
  text: string
  isGrowing?: boolean
}) {
  const blocks = useBlocks(text)
  const levels = levelsOf(blocks)
  return (
    <div className="markdown" dir="auto">
      {blocks.map((block, index) => (
        <BlockOf
          key={index}
          block={block}
          level={levels[index] ?? topLevel}
          isGrowing={isGrowing && index === blocks.length - 1}
        />
      ))}
    </div>
  )
})

/** The blocks of before are the beginning of what is read next. */
function useBlocks(text: string): readonly Block[] {
  const before = useRef<Lexed>(undefined)
  if (before.current?.text !== text) before.current = blocksOf(text, before.current)
  return before.current.blocks
}

type BlockProps = { block: Block; level: number; isGrowing: boolean }

const BlockOf = memo(
  function BlockOf({ block, level, isGrowing }: BlockProps) {
    return <Pieces pieces={pieceOf(block)} level={level} isGrowing={isGrowing} />
  },
  (one, other) =>
    one.isGrowing === other.isGrowing && one.level === other.level && isSame(one.block, other.block),
)

/** A block that was read anew says the same if its source does; links that are named elsewhere are in its pieces. */
function isSame(one: Block, other: Block): boolean {
  if (one === other) return true
  if (one.raw !== other.raw || one.type !== other.type) return false
  return !/\[/.test(one.raw) || JSON.stringify(one) === JSON.stringify(other)
}
