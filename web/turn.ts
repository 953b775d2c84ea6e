// What only one tab of this browser may do at a time: by the locks of the browser, or by a lease where it has none.

/** The signal aborts when the turn was taken away: somebody thinks that this tab does nothing any more. */
export type Work<Result> = (lost: AbortSignal) => Promise<Result>

export type TurnOptions = {
  /** Gives up waiting for it. */
  signal?: AbortSignal
  /** Aborting it takes the turn from whoever has it. */
  impatient?: AbortSignal
}

/** Waits for the turn of this name, and has it until the work is done. */
export async function inTurn<Result>(
  name: string,
  work: Work<Result>,
  options: TurnOptions = {},
): Promise<Result> {
  const lost = new AbortController()
  if ('locks' in navigator) return byLock(name, work, lost, options)
  // Outside of a secure context a browser has no locks.
  const { byLease } = await import('./lease.ts')
  return byLease(name, work, lost, options)
}

async function byLock<Result>(
  name: string,
  work: Work<Result>,
  lost: AbortController,
  { signal, impatient }: TurnOptions,
): Promise<Result> {
  let running: Promise<Result> | undefined
  const begin = (): Promise<Result> => (running ??= work(lost.signal))
  const have = (options: LockOptions) => navigator.locks.request(name, options, begin).catch(stolen)
  const waiting = AbortSignal.any([signal, impatient].filter((one) => one !== undefined))
  try {
    return await have({ signal: waiting })
  } catch (fault) {
    if (running || signal?.aborted || !impatient?.aborted) throw fault
    return have({ steal: true })
  }
  /** The work is told, and is over when it has heard that. */
  function stolen(fault: unknown): Promise<Result> {
    if (!running) throw fault
    lost.abort()
    return running
  }
}
