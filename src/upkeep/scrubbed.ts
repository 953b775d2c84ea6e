// What the house says of its scrub, whichever engine it goes through: to a scraper, and in the log.

import type { Finding } from '../store/doctor/finding.ts'
import type { ScrubTally } from '../store/doctor/scrub-tally.ts'
import type { UpkeepLog } from './house.ts'

export const gaugesOf = (scrub: ScrubTally | null): Record<string, number> =>
  scrub ? { scrub_messages: scrub.messages, scrub_round: scrub.round, checksum_fail: scrub.mismatches } : {}

export function tellScrub(log: UpkeepLog, found: readonly Finding[]): void {
  const last = found.at(-1)
  if (last) log({ level: 'error', what: `The scrub found: ${last.what} ${last.todo}`, ...last.where })
}
