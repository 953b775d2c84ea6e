// Where a link may lead: to another page or to a letter, and never into this page.

export type SafeLink = { href: string; host: string }

/** Null: it is drawn as words. */
export function safeLink(href: string): SafeLink | null {
  const url = URL.parse(href)
  if (!url) return null
  if (url.protocol === 'mailto:') return { href: url.href, host: url.pathname }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  return { href: url.href, host: url.host }
}
