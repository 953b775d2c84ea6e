// Makes few rounds of many wishes: one at once, and the next when some time has passed since it was over, however many wished for it.

/** Of what passes, work takes a tenth at most. */
const restsPerWork = 9

/** `work` tells its own faults. */
export function seldom(work: () => Promise<void>, restMs: number): () => void {
  let [isWished, isBusy] = [false, false]
  const round = async () => {
    isBusy = true
    isWished = false
    const began = performance.now()
    await work()
    const rest = Math.max(restMs, (performance.now() - began) * restsPerWork)
    setTimeout(() => {
      isBusy = false
      if (isWished) void round()
    }, rest).unref()
  }
  return () => {
    isWished = true
    if (!isBusy) void round()
  }
}
