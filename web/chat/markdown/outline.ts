// The tree of a text without any page: what each piece is and what it says. The renderer draws this, and tests read it.

import type { Token, Tokens } from 'marked'
import { withoutEntities } from './entities.ts'
import { safeLink, type SafeLink } from './safe-link.ts'

export type Piece =
  | { is: 'words'; text: string }
  | { is: 'break' }
  | { is: 'rule' }
  | { is: 'code'; text: string }
  | { is: 'fence'; text: string; language: string; isClosed: boolean }
  | { is: 'strong' | 'em' | 'del' | 'paragraph' | 'quote'; pieces: Piece[] }
  | { is: 'heading'; depth: number; pieces: Piece[] }
  | { is: 'link'; link: SafeLink; title: string | null; pieces: Piece[] }
  | { is: 'image'; link: SafeLink | null; alt: string }
  | { is: 'list'; start: number | null; items: { checked: boolean | null; pieces: Piece[] }[] }
  | { is: 'table'; head: Cell[]; rows: Cell[][] }

export type Cell = { align: 'left' | 'center' | 'right' | null; pieces: Piece[] }

const words = (text: string): Piece => ({ is: 'words', text })

export const piecesOf = (tokens: readonly Token[] | undefined): Piece[] => (tokens ?? []).flatMap(pieceOf)

/** What the lexer knows and we do not draw is shown as it was written: no word is lost, and none becomes markup. */
export function pieceOf(token: Token): Piece[] {
  const { type, raw } = token
  switch (type) {
    case 'space':
    case 'def':
    case 'checkbox':
      return []
    case 'br':
      return [{ is: 'break' }]
    case 'hr':
      return [{ is: 'rule' }]
    case 'codespan':
      return [{ is: 'code', text: (token as Tokens.Codespan).text }]
    case 'code':
      return [fence(token as Tokens.Code)]
    case 'escape':
      return [words((token as Tokens.Escape).text)]
    case 'html':
      return [words(raw)]
    case 'text':
      return token.tokens ? piecesOf(token.tokens) : [words(withoutEntities((token as Tokens.Text).text))]
    case 'strong':
    case 'em':
    case 'del':
    case 'paragraph':
      return [{ is: type, pieces: piecesOf(token.tokens) }]
    case 'blockquote':
      return [{ is: 'quote', pieces: piecesOf(token.tokens) }]
    case 'heading':
      return [{ is: 'heading', depth: (token as Tokens.Heading).depth, pieces: piecesOf(token.tokens) }]
    case 'link':
      return linkPieces(token as Tokens.Link)
    case 'image':
      return [imagePiece(token as Tokens.Image)]
    case 'list':
      return [listPiece(token as Tokens.List)]
    case 'table':
      return [tablePiece(token as Tokens.Table)]
    default:
      return [words(raw)]
  }
}

function fence({ text, lang, raw, codeBlockStyle }: Tokens.Code): Piece {
  const language = /^[\w+#.-]{1,30}/.exec(lang ?? '')?.[0]?.toLowerCase() ?? ''
  const isClosed = codeBlockStyle === 'indented' || /\n[ \t>]*(?:`{3,}|~{3,})[ \t]*\n?$/.test(raw)
  return { is: 'fence', text, language, isClosed }
}

/** A link that may lead nowhere keeps its words, and says where it wanted to go. */
function linkPieces({ href, title, text, tokens }: Tokens.Link): Piece[] {
  const link = safeLink(withoutEntities(href))
  const pieces = piecesOf(tokens)
  if (link) return [{ is: 'link', link, title: title ? withoutEntities(title) : null, pieces }]
  return text === href ? pieces : [...pieces, words(` (${href})`)]
}

const imagePiece = ({ href, text }: Tokens.Image): Piece => ({
  is: 'image',
  link: safeLink(withoutEntities(href)),
  alt: withoutEntities(text),
})

const listPiece = ({ ordered, start, items }: Tokens.List): Piece => ({
  is: 'list',
  start: ordered ? Number(start) : null,
  items: items.map(({ task, checked, tokens }) => ({
    checked: task ? checked === true : null,
    pieces: piecesOf(tokens),
  })),
})

const tablePiece = ({ header, rows }: Tokens.Table): Piece => ({
  is: 'table',
  head: header.map(cellOf),
  rows: rows.map((row) => row.map(cellOf)),
})

const cellOf = ({ align, tokens }: Tokens.TableCell): Cell => ({ align, pieces: piecesOf(tokens) })
