// What a page of the documents tells people to type, word for word, so that what was tried and what is written down are the same.
import { readFileSync } from 'node:fs'
import { assert } from '../../src/core/assert.ts'

/** The one block of shell commands below a heading of the page. */
export function commandsIn(page: string, heading: string): string {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
  const [, below = ''] = text.split(`\n### ${heading}\n`)
  const [section = ''] = below.split(/\n#{2,3} /)
  const blocks = [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block)
  assert(blocks.length === 1, `docs/${page} has one block of commands below "${heading}"`)
  return blocks.join('')
}
