// The words of a message as blocks, one after the other; of a text that grows only its end is read anew.

import { type Token, type TokensList, lexer } from 'marked'

export type Block = Token & { raw: string }

export type Lexed = { readonly text: string; readonly blocks: readonly Block[]; readonly links: string }

/** Deeper than this nobody nests on purpose, and a hostile text would exhaust the stack. */
const tooDeep = /^[ \t]*(?:>[ \t]?|[-*+][ \t]+|\d{1,9}[.)][ \t]+){40}/m

export function blocksOf(text: string, before?: Lexed): Lexed {
  if (tooDeep.test(text)) return { text, blocks: [plain(text)], links: '' }
  const grown = before && text.startsWith(before.text) ? grownFrom(before, text) : null
  return grown ?? lexed(text)
}

function lexed(text: string): Lexed {
  const tokens = lexer(text)
  return { text, blocks: tokens, links: linksOf(tokens) }
}

/** What was before the last two blocks stands, unless the new end names links that words before it may use. */
function grownFrom(before: Lexed, text: string): Lexed | null {
  const words = before.blocks.flatMap(({ type }, index) => (type === 'space' ? [] : [index]))
  const cut = words.at(-2)
  if (cut === undefined || before.links !== '{}') return null
  const stands = before.blocks.slice(0, cut)
  const from = stands.reduce((chars, { raw }) => chars + raw.length, 0)
  // The lexer mends line ends and tabs as it goes; where its pieces do not add up to the text, all is read anew.
  if (before.text.slice(0, from) !== stands.map(({ raw }) => raw).join('')) return null
  const tail = lexed(text.slice(from))
  if (tail.links !== '{}') return null
  return { text, blocks: [...stands, ...tail.blocks], links: tail.links }
}

const linksOf = (tokens: TokensList): string => JSON.stringify(tokens.links)

const plain = (text: string): Block => ({ type: 'text', raw: text, text, escaped: false })
