// What an answer quotes, as numbered notes at its foot, each with its passage.

import type { Part } from '../../src/client/client.ts'
import { OutLink } from './markdown/links.tsx'
import { safeLink } from './markdown/safe-link.ts'
import { JsonText } from './json-text.tsx'

export function Sources({ sources, parts }: { sources: unknown; parts: readonly Part[] }) {
  const listed: unknown[] = Array.isArray(sources) ? sources : []
  const all = [...listed, ...parts.filter(({ type }) => type === 'source')]
  if (all.length === 0) return null
  return (
    <aside className="sources" aria-label="Sources">
      <ol>
        {all.map((source, index) => (
          <li key={index}>
            <Source source={source} />
          </li>
        ))}
      </ol>
    </aside>
  )
}

function Source({ source }: { source: unknown }) {
  const title = textIn(source, 'title') || textIn(source, 'id') || textIn(source, 'url')
  const link = safeLink(textIn(source, 'url'))
  const passage = textIn(source, 'snippet')
  if (!title && !passage) return <JsonText label="A source" value={source} />
  return (
    <details className="source">
      <summary>
        {title || 'A passage'}
        {link && <span className="fold-hint">{link.host}</span>}
      </summary>
      {passage && (
        <blockquote className="source-passage" dir="auto">
          {passage}
        </blockquote>
      )}
      {link && (
        <OutLink link={link} className="source-link">
          Open at {link.host}
        </OutLink>
      )}
    </details>
  )
}

function textIn(source: unknown, name: string): string {
  if (typeof source === 'string') return name === 'title' ? source : ''
  if (typeof source !== 'object' || source === null || !Object.hasOwn(source, name)) return ''
  const value: unknown = (source as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : ''
}
