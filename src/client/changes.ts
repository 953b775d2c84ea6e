// What happens to a user's things, as it happens and from a moment that they know.

import { type Door, told } from './door.ts'
import { cutFault } from './errors.ts'
import { dataOf, serverEvents, StreamCut } from './event-stream.ts'
import type { Change } from './wire.ts'

/** Each change once and in order, until the loop is left. A cut is taken up after the last one that was seen. */
export async function* changesSince(
  door: Door,
  since: number,
  signal: AbortSignal | undefined,
  onOpen: () => void = () => undefined,
): AsyncGenerator<Change, never> {
  const patience = door.patience(signal)
  for (let seen = since; ;) {
    const asked = { method: 'GET', path: '/v1/changes/stream', query: { since: seen }, signal } as const
    const body = await door.stream(asked, patience)
    onOpen()
    try {
      for await (const event of serverEvents(body, door.silenceMsMax, signal)) {
        if (event.event !== 'change') continue
        const change = dataOf(event) as Change
        if (change.changeSeq <= seen) continue
        seen = change.changeSeq
        patience.refresh()
        yield change
      }
    } catch (cut) {
      if (!(cut instanceof StreamCut)) throw cut
      await patience.wait(cutFault(told(asked), cut))
    }
  }
}
