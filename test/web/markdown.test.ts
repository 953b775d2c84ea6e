import { describe, expect, it } from 'vitest'
import { blocksOf, type Lexed } from '../../web/chat/markdown/blocks.ts'
import { type Piece, piecesOf } from '../../web/chat/markdown/outline.ts'
import { safeLink } from '../../web/chat/markdown/safe-link.ts'

const outline = (text: string): Piece[] => piecesOf(blocksOf(text).blocks)
const wordsIn = (pieces: readonly Piece[]): string =>
  pieces
    .map((piece) => ('text' in piece ? piece.text : 'pieces' in piece ? wordsIn(piece.pieces) : ''))
    .join('')

describe('a text', () => {
  it('is a tree of pieces', () => {
    expect(outline('**a** `b` ~~c~~')).toEqual([
      {
        is: 'paragraph',
        pieces: [
          { is: 'strong', pieces: [{ is: 'words', text: 'a' }] },
          { is: 'words', text: ' ' },
          { is: 'code', text: 'b' },
          { is: 'words', text: ' ' },
          { is: 'del', pieces: [{ is: 'words', text: 'c' }] },
        ],
      },
    ])
  })

  it('shows raw HTML as the words that it is', () => {
    expect(wordsIn(outline('a <b onclick="x()">b</b> <img src=x onerror=alert(1)>'))).toBe(
      'a <b onclick="x()">b</b> <img src=x onerror=alert(1)>',
    )
    expect(outline('<script>alert(1)</script>')).toEqual([{ is: 'words', text: '<script>alert(1)</script>' }])
  })

  it('reads entities as signs, and never as markup', () => {
    expect(wordsIn(outline('&lt;b&gt; &amp;amp; &#x1F33F; &copy; &nonsense; &#0;'))).toBe(
      '<b> &amp; 🌿 © &nonsense; \ufffd',
    )
  })

  it('has tables, tasks and numbered lists', () => {
    expect(outline('| a | b |\n|:--|--:|\n| 1 | 2 |')[0]).toMatchObject({
      is: 'table',
      head: [{ align: 'left' }, { align: 'right' }],
      rows: [[{ pieces: [{ text: '1' }] }, { pieces: [{ text: '2' }] }]],
    })
    expect(outline('- [x] a\n- [ ] b\n- c')[0]).toMatchObject({
      items: [{ checked: true }, { checked: false }, { checked: null }],
    })
    expect(outline('7. a\n8. b')[0]).toMatchObject({ is: 'list', start: 7 })
  })

  it('may take a long rule for no deep nesting', () => {
    expect(outline(`a\n\n${'-'.repeat(80)}\n\n${'*'.repeat(80)}`).map(({ is }) => is)).toEqual([
      'paragraph',
      'rule',
      'rule',
    ])
  })

  it('knows whether a fence is closed', () => {
    expect(outline('```ts\nlet a')[0]).toMatchObject({ is: 'fence', language: 'ts', isClosed: false })
    expect(outline('```ts\nlet a\n```')[0]).toMatchObject({ isClosed: true, text: 'let a' })
  })

  it.each([
    '['.repeat(9_000),
    `${'>'.repeat(9_000)}a`,
    `${'- '.repeat(5_000)}a`,
    '*a '.repeat(9_000),
    '`'.repeat(9_001),
  ])('that is made to exhaust us is read in no time: %.10s', (text) => {
    const began = performance.now()
    expect(outline(text).length).toBeGreaterThan(0)
    expect(performance.now() - began).toBeLessThan(500)
  })
})

describe('links', () => {
  it.each([
    ['https://example.org/a', 'example.org'],
    ['http://example.org:8080', 'example.org:8080'],
    ['mailto:a@example.org', 'a@example.org'],
    ['https://bank.example@evil.example/', 'evil.example'],
  ])('%s leads to %s', (href, host) => {
    expect(safeLink(href)?.host).toBe(host)
  })

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://example.org/1',
    '//example.org',
    '/v1/me',
    '',
  ])('%s leads nowhere', (href) => {
    expect(safeLink(href)).toBeNull()
  })

  it('that lead nowhere keep their words, and say where they wanted to go', () => {
    expect(wordsIn(outline('[press](javascript:alert(1))'))).toBe('press (javascript:alert(1))')
    expect(wordsIn(outline('[press](javascript&colon;alert(1))'))).toContain('press')
    expect(JSON.stringify(outline('[a](javascript&#58;alert(1))'))).not.toContain('"is":"link"')
  })

  it('may be named elsewhere in the text, pictures too', () => {
    expect(outline('[a][1] ![b][1]\n\n[1]: https://example.org')[0]).toMatchObject({
      pieces: [
        { is: 'link', link: { host: 'example.org' } },
        { is: 'words' },
        { is: 'image', alt: 'b', link: { host: 'example.org' } },
      ],
    })
  })
})

describe('a text that grows', () => {
  const long = `# Title

First with **bold** words.

- one
- two

  inside

- three

| a | b |
|---|---|
| 1 | 2 |

Setext
---

> quote
lazy

\`\`\`js
let a = 1

let b
\`\`\`

    indented

See [here][x] and [there](https://example.org).

1. a
2. b

[x]: https://example.org/x

Last line.`

  it('is at every length what it would be if it were read at once', () => {
    let before: Lexed | undefined
    for (let end = 1; end <= long.length; end++) {
      const text = long.slice(0, end)
      before = blocksOf(text, before)
      expect([end, piecesOf(before.blocks)]).toEqual([end, piecesOf(blocksOf(text).blocks)])
    }
  })

  it('reads only its end anew', () => {
    const text = Array.from({ length: 50 }, (_, index) => `Paragraph ${index}.`).join('\n\n')
    const before = blocksOf(text)
    const after = blocksOf(`${text} More.`, before)
    expect(after.blocks[10]).toBe(before.blocks[10])
    expect(after.blocks.at(-1)).not.toBe(before.blocks.at(-1))
  })
})
