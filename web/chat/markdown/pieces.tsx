// Each piece of a text as an element, and nothing but what is listed here: words can never become markup of this page.

import { Code } from './code.tsx'
import type { Cell, Piece } from './outline.ts'
import { ImageCard, OutLink } from './links.tsx'

export function Pieces({ pieces, isGrowing = false }: { pieces: readonly Piece[]; isGrowing?: boolean }) {
  return pieces.map((piece, index) => (
    <One key={index} piece={piece} isGrowing={isGrowing && index === pieces.length - 1} />
  ))
}

function One({ piece, isGrowing }: { piece: Piece; isGrowing: boolean }) {
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
      return <Heading depth={piece.depth} pieces={piece.pieces} />
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

/** The page has its h1 and a thread its h2; what an answer heads comes below them. */
function Heading({ depth, pieces }: { depth: number; pieces: readonly Piece[] }) {
  const Level = depth === 1 ? 'h3' : depth === 2 ? 'h4' : depth === 3 ? 'h5' : 'h6'
  return (
    <Level>
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
