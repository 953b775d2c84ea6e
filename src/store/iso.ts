// Times as ISO 8601 in UTC with milliseconds, for bodies with many of them: the day is formatted once and remembered.

const dayMs = 86_400_000
const two = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))

let lastDay = Number.NaN
let lastPrefix = ''

export function isoOf(ms: number): string {
  const day = Math.floor(ms / dayMs)
  if (day !== lastDay) {
    lastDay = day
    lastPrefix = new Date(day * dayMs).toISOString().replace(/T.*/, 'T')
  }
  const rest = ms - day * dayMs
  const seconds = Math.floor(rest / 1000)
  const minutes = Math.floor(seconds / 60)
  return `${lastPrefix}${two[Math.floor(minutes / 60)]}:${two[minutes % 60]}:${two[seconds % 60]}.${String(rest % 1000).padStart(3, '0')}Z`
}
