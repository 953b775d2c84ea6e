// A place in the server's log as a number: both halves of what it writes as 1/6B3748.

export function numberOf(lsn: string): number {
  const [high = '0', low = '0'] = lsn.split('/')
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16)
}
