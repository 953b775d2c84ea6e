// The colours of code, fetched when the first code is seen, a language at a time.

import { createCssVariablesTheme, createHighlighterCore, type LanguageRegistration } from 'shiki/core'
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript'

export type Tone =
  | 'plain'
  | 'constant'
  | 'string'
  | 'comment'
  | 'keyword'
  | 'parameter'
  | 'function'
  | 'link'
  | 'punctuation'
export type ColouredLine = readonly { text: string; tone: Tone }[]

type Grammar = () => Promise<{ default: LanguageRegistration[] }>

const grammars: Readonly<Record<string, Grammar>> = {
  bash: () => import('shiki/langs/bash.mjs'),
  c: () => import('shiki/langs/c.mjs'),
  csharp: () => import('shiki/langs/csharp.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  diff: () => import('shiki/langs/diff.mjs'),
  go: () => import('shiki/langs/go.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  java: () => import('shiki/langs/java.mjs'),
  javascript: () => import('shiki/langs/javascript.mjs'),
  json: () => import('shiki/langs/json.mjs'),
  jsx: () => import('shiki/langs/jsx.mjs'),
  kotlin: () => import('shiki/langs/kotlin.mjs'),
  markdown: () => import('shiki/langs/markdown.mjs'),
  php: () => import('shiki/langs/php.mjs'),
  python: () => import('shiki/langs/python.mjs'),
  ruby: () => import('shiki/langs/ruby.mjs'),
  rust: () => import('shiki/langs/rust.mjs'),
  sql: () => import('shiki/langs/sql.mjs'),
  swift: () => import('shiki/langs/swift.mjs'),
  toml: () => import('shiki/langs/toml.mjs'),
  tsx: () => import('shiki/langs/tsx.mjs'),
  typescript: () => import('shiki/langs/typescript.mjs'),
  yaml: () => import('shiki/langs/yaml.mjs'),
}

const otherNames: Readonly<Record<string, string>> = {
  sh: 'bash', shell: 'bash', zsh: 'bash', console: 'bash', 'c++': 'c', cpp: 'c', 'c#': 'csharp', cs: 'csharp', golang: 'go',
  js: 'javascript', mjs: 'javascript', kt: 'kotlin', md: 'markdown', py: 'python', rb: 'ruby', rs: 'rust', ts: 'typescript',
  yml: 'yaml', patch: 'diff', jsonc: 'json', postgresql: 'sql', sqlite: 'sql', xml: 'html', vue: 'html',
} // prettier-ignore

const theme = createCssVariablesTheme({ name: 'tones', variablePrefix: '', fontStyle: false })
const highlighter = createHighlighterCore({
  themes: [theme],
  langs: [],
  engine: createJavaScriptRegexEngine({ forgiving: true }),
})

/** Null for a language that has no colours here. */
export async function colour(text: string, language: string): Promise<ColouredLine[] | null> {
  const lang = otherNames[language] ?? language
  const grammar = Object.hasOwn(grammars, lang) ? grammars[lang] : undefined
  if (!grammar) return null
  const [core, { default: registrations }] = await Promise.all([highlighter, grammar()])
  await core.loadLanguage(registrations)
  const { tokens } = core.codeToTokens(text, { lang, theme: 'tones' })
  return tokens.map((line) => line.map(({ content, color }) => ({ text: content, tone: toneOf(color) })))
}

/** The theme gives `var(--token-keyword)`: the name in it is the tone, and the style sheet has its colour. */
function toneOf(colour: string | undefined): Tone {
  const name = /token-([a-z]+)/.exec(colour ?? '')?.[1]
  return (
    (
      ['constant', 'string', 'comment', 'keyword', 'parameter', 'function', 'link', 'punctuation'] as const
    ).find((tone) => tone === name) ??
    (name === 'inserted' || name === 'changed' ? 'string' : name === 'deleted' ? 'keyword' : 'plain')
  )
}
