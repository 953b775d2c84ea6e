// What somebody has left to send whom the house does not know any more: until they say so, nobody else begins in their place.

import { type Me, ThreadkeepError } from '../src/client/client.ts'
import { ledgerOf } from './chat/ledger.ts'
import { Outbox } from './chat/outbox.ts'
import { onConnection } from './connection.ts'
import { showLeftWords } from './left-words.ts'
import { toast } from './ui/toast.ts'

const againMs = 2_000
const againMsMax = 30_000

/** Who is here, once the house knows them again or somebody new was asked for; null: nothing was left, and nobody has to be asked. */
export async function whoeverComes(
  user: string,
  known: () => Promise<Me | null>,
  newGuest: () => Promise<unknown>,
): Promise<Me | null> {
  const outbox = new Outbox(ledgerOf(user))
  await outbox.ready
  if (textsOf(outbox).length === 0) return null
  let isAsked = false
  let wake = (): void => undefined
  const beginAnew = () => {
    isAsked = true
    wake()
  }
  const show = () => showLeftWords({ texts: textsOf(outbox), beginAnew })
  outbox.on(show)
  show()
  // A request that went through says that somebody is signed in again.
  const unwatch = onConnection(() => wake())
  for (let pauseMs = againMs; ; pauseMs = Math.min(againMsMax, pauseMs * 2)) {
    await new Promise<void>((resolve) => {
      wake = resolve
      setTimeout(resolve, isAsked ? 0 : pauseMs)
    })
    const isAnew = isAsked
    isAsked = false
    const me = (await known()) ?? (isAnew && (await isLetIn(newGuest)) ? await known() : null)
    if (isAnew && me !== null && me.id !== user) await outbox.take(() => [], 'strict')
    if (me === null) continue
    unwatch()
    return me
  }
}

/** Where the house lets nobody new in now, it has said why. */
async function isLetIn(newGuest: () => Promise<unknown>): Promise<boolean> {
  try {
    await newGuest()
    return true
  } catch (fault) {
    if (!(fault instanceof ThreadkeepError)) throw fault
    toast(`${fault.message} ${fault.hint}`)
    return false
  }
}

const textsOf = ({ all }: Outbox): string[] =>
  all.filter(({ isWithdrawn }) => !isWithdrawn).map(({ text }) => text)
