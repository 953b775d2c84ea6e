// The pieces of a message in their order: words set as text, the rest folded or as cards.

import { FileText } from 'lucide-react'
import type { Part } from '../../src/client/client.ts'
import { ImageCard, OutLink } from './markdown/links.tsx'
import { Markdown } from './markdown/set-text.tsx'
import { safeLink } from './markdown/safe-link.ts'
import { OwnWords } from './own-words.tsx'
import { Reasoning } from './reasoning.tsx'
import { Tool } from './tool.tsx'
import { UnknownPart } from './unknown-part.tsx'

type PartsProps = { parts: readonly Part[]; isGrowing?: boolean; isOwn?: boolean }

export function Parts({ parts, isGrowing = false, isOwn = false }: PartsProps) {
  return parts.map((part, index) => (
    <One
      key={index}
      part={part}
      parts={parts}
      isGrowing={isGrowing && index === parts.length - 1}
      isOwn={isOwn}
    />
  ))
}

type OneProps = { part: Part; parts: readonly Part[]; isGrowing: boolean; isOwn: boolean }

function One({ part, parts, isGrowing, isOwn }: OneProps) {
  const said = (name: string): string => textOf(part, name)
  switch (part.type) {
    case 'text':
      return isOwn ? <OwnWords text={said('text')} /> : <Markdown text={said('text')} isGrowing={isGrowing} />
    case 'reasoning':
      return <Reasoning text={said('text')} isGrowing={isGrowing} />
    case 'tool-call':
      return <Tool call={part} result={resultOf(part, parts)} isGrowing={isGrowing} />
    case 'tool-result':
      return hasCall(part, parts) ? null : <Tool call={null} result={part} isGrowing={false} />
    case 'image':
      return <ImageCard link={safeLink(said('url'))} alt={said('alt')} />
    case 'file':
      return <FileCard url={said('url')} name={said('name')} mediaType={said('mediaType')} />
    case 'source':
      return null // Stands with the other sources below the answer.
    default:
      return <UnknownPart part={part} />
  }
}

function FileCard({ url, name, mediaType }: { url: string; name: string; mediaType: string }) {
  const link = safeLink(url)
  const card = (
    <>
      <FileText size={18} aria-hidden="true" />
      <span className="image-card-words">{name || 'File'}</span>
      <span className="image-card-host">{[mediaType, link?.host].filter(Boolean).join(' · ')}</span>
    </>
  )
  return link ? (
    <OutLink link={link} className="image-card">
      {card}
    </OutLink>
  ) : (
    <span className="image-card">{card}</span>
  )
}

function textOf(part: Part, name: string): string {
  const value: unknown = Object.hasOwn(part, name) ? part[name as keyof Part] : ''
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
}

const callIdOf = (part: Part): string => textOf(part, 'callId')

const resultOf = (call: Part, parts: readonly Part[]): Part | null =>
  parts.find((part) => part.type === 'tool-result' && callIdOf(part) === callIdOf(call)) ?? null

const hasCall = (result: Part, parts: readonly Part[]): boolean =>
  parts.some((part) => part.type === 'tool-call' && callIdOf(part) === callIdOf(result))
