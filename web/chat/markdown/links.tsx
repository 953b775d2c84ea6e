// Ways out of the page: a link says where it leads, and a picture from elsewhere is a card until somebody asks for it.

import { ImageOff } from 'lucide-react'
import type { ReactNode } from 'react'
import type { SafeLink } from './safe-link.ts'

type OutLinkProps = { link: SafeLink; title?: string | null; className?: string; children: ReactNode }

export function OutLink({ link: { href, host }, title, className, children }: OutLinkProps) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      title={title ? `${title} (${host})` : host}
      className={className}
    >
      {children}
    </a>
  )
}

/** Loading it would tell its host who reads this, and when. */
export function ImageCard({ link, alt }: { link: SafeLink | null; alt: string }) {
  const card = (
    <>
      <ImageOff size={18} aria-hidden="true" />
      <span className="image-card-words">{alt || 'Picture'}</span>
      <span className="image-card-host">
        {link ? `from ${link.host}` : 'from an address that cannot be opened'}
      </span>
    </>
  )
  if (!link) return <span className="image-card">{card}</span>
  return (
    <OutLink link={link} className="image-card">
      {card}
    </OutLink>
  )
}
