// How often a node looks at what it shares with the other nodes, and for how long its word holds: decision 13 says why.

export type Pace = {
  /** For so long nobody else ends a run whose owner is silent. */
  leaseMs: number
  renewMs: number
  sweepMs: number
  stopPollMs: number
  followPollMs: number
}

export const usualPace: Pace = {
  leaseMs: 10_000,
  renewMs: 3_000,
  sweepMs: 5_000,
  stopPollMs: 400,
  followPollMs: 150,
}

/** Nodes that began together should not all look together. */
export const jittered = (ms: number): number => ms * (0.8 + 0.4 * Math.random())
