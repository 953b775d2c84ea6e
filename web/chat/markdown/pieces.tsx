// Each piece of a text as an element, and nothing but what is listed here: words can never become markup of this page.

import { Code } from './code.tsx'
import type { Cell, Piece } from './outline.ts'
import { ImageCard, OutLink } from './links.tsx'

type PiecesProps = {
  pieces: readonly Piece[]
  /** Of a heading; left out inside of something else, where one would break the order of those of the page. */
  level?: number
  isGrowing?: boolean
}

export function Pieces({ pieces, level, isGrowing = false }: PiecesProps) {
  return pieces.map((piece, index) => (
    <One key={index} piece={piece} level={level} isGrowing={isGrowing && index === pieces.length - 1} />
  ))
}

type OneProps = { piece: Piece; level: number | undefined; isGrowing: boolean }

function One({ piece, level, isGrowing }: OneProps) {
  switch (piece.is) {
    case 'words':
      return piece.text
    case 'break':
      return <br />
    case 'rule':
      return <hr />
    case 'code':
      return <code className="code-span">{piece.text}</code>
    case 'fence':
      return <Code text={piece.text} language={piece.language} isGrowing={isGrowing && !piece.isClosed} />
    case 'strong':
    case 'em':
    case 'del':
      return <Toned tone={piece.is} pieces={piece.pieces} />
    case 'paragraph':
      return (
        <p>
          <Pieces pieces={piece.pieces} />
        </p>
      )
    case 'quote':
      return (
        <blockquote>
          <Pieces pieces={piece.pieces} />
        </blockquote>
      )
    case 'heading':
      return <Heading level={level} pieces={piece.pieces} />
    case 'link':
      return (
        <OutLink link={piece.link} title={piece.title}>
          <Pieces pieces={piece.pieces} />
        </OutLink>
      )
    case 'image':
      return <ImageCard link={piece.link} alt={piece.alt} />
    case 'list':
      return <List start={piece.start} items={piece.items} />
    case 'table':
      return <Table head={piece.head} rows={piece.rows} />
  }
}

function Toned({ tone: Tone, pieces }: { tone: 'strong' | 'em' | 'del'; pieces: readonly Piece[] }) {
  return (
    <Tone>
      <Pieces pieces={pieces} />
    </Tone>
  )
}

function Heading({ level, pieces }: { level: number | undefined; pieces: readonly Piece[] }) {
  const Level = (['p', 'h3', 'h4', 'h5', 'h6'] as const)[(level ?? 2) - 2] ?? 'h6'
  return (
    <Level className="heading">
      <Pieces pieces={pieces} />
    </Level>
  )
}

type ListProps = Omit<Extract<Piece, { is: 'list' }>, 'is'>

function List({ start, items }: ListProps) {
  const lines = items.map(({ checked, pieces }, index) => (
    <li key={index} className={checked === null ? undefined : 'task'}>
      {checked !== null && (
        <input type="checkbox" checked={checked} readOnly disabled aria-label={checked ? 'Done' : 'To do'} />
      )}
      <Pieces pieces={pieces} />
    </li>
  ))
  return start === null ? <ul>{lines}</ul> : <ol start={start}>{lines}</ol>
}

/** Wider than the page it scrolls by itself, by keyboard too. */
function Table({ head, rows }: { head: readonly Cell[]; rows: readonly (readonly Cell[])[] }) {
  return (
    <div className="table-frame" role="region" aria-label="Table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map(({ align, pieces }, index) => (
              <th key={index} scope="col" data-align={align}>
                <Pieces pieces={pieces} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map(({ align, pieces }, index) => (
                <td key={index} data-align={align}>
                  <Pieces pieces={pieces} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
