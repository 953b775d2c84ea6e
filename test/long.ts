// The whole of a suite that is tried elsewhere too takes minutes: npm test has a share of it, and TEST_LONG=1 has all.
export const isLong = process.env['TEST_LONG'] === '1'

/** The first so many, or all. */
export const shareOf = <T>(all: readonly T[], share: number): T[] => (isLong ? [...all] : all.slice(0, share))
