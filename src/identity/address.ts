// The address of a caller, in the one form in which it is counted: a household or a machine has one, however it is spelled.

export type Caller = { socketAddress: string | null; forwardedFor: string | null }

/**
 * `trustProxy` is how many proxies stand before this house; each writes down whom it saw at the end of X-Forwarded-For, and
 * anything before those entries is the caller's own invention.
 */
export function addressOf({ socketAddress, forwardedFor }: Caller, trustProxy: boolean | number): string {
  const hops = Number(trustProxy)
  const entries = forwardedFor?.split(',').map((entry) => entry.trim()) ?? []
  const seen = hops > 0 ? (entries.at(-hops) ?? entries[0]) : undefined
  return folded(seen ?? socketAddress ?? '')
}

/** IPv4 as it is, also when it is written as IPv6; IPv6 by its first 64 bits, which is what one subscriber has. */
export function folded(address: string): string {
  const bare = address.replace(/^\[|\](:\d+)?$/g, '').replace(/%.*$/, '')
  const ipv4 = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/i.exec(bare)?.[1]
  if (ipv4 !== undefined) return URL.parse(`http://${ipv4}`)?.hostname ?? 'unknown'
  const host = URL.parse(`http://[${bare}]`)?.hostname
  return host === undefined ? 'unknown' : foldedIpv6(host.slice(1, -1))
}

/** `host` is in the one normal form that a URL gives it. */
function foldedIpv6(host: string): string {
  const groups = groupsOf(host)
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return mapped(groups)
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

function groupsOf(host: string): number[] {
  const [head = '', tail] = host.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...Array<string>(zeros).fill('0'), ...after].map((group) => Number.parseInt(group, 16))
}

const mapped = (groups: readonly number[]): string =>
  groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.')
