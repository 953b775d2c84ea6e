// Keeps what this browser remembers of conversations near to what is shown of them.

import type { Change } from '../../src/client/client.ts'
import { positionNow } from '../changes.ts'
import { client, ready } from '../house.ts'
import { forget, forgetAll, recall, remember, user } from '../remembered.ts'
import type { Conversation } from './conversation.ts'
import { pageToRemember, type RememberedPage } from './remembered-page.ts'

/** What changes together is written down once. */
const writeMs = 400

const changed = new Map<string, Conversation>()
let timer: ReturnType<typeof setTimeout> | undefined

export const recallPage = (threadId: string): Promise<RememberedPage | null> =>
  recall<RememberedPage>('pages', threadId)

export const forgetPage = (threadId: string): Promise<void> => forget('pages', threadId)

export function rememberSoon(conversation: Conversation): void {
  changed.set(conversation.threadId, conversation)
  timer ??= setTimeout(write, writeMs)
}

function write(): void {
  timer = undefined
  for (const [threadId, { view }] of changed) {
    const page = pageToRemember(view)
    if (page) void remember('pages', threadId, page, positionNow())
    else if (view.phase === 'missing' || view.phase === 'binned') void forgetPage(threadId)
  }
  changed.clear()
}

const positionKey = 'changes'

/** Of what is in no list any more nothing may be remembered either. */
const takesAway = /(binned|deleted|forgotten)$/

export function forgetIfGone({ threadId, kind }: Pick<Change, 'threadId' | 'kind'>): void {
  if (threadId !== null && takesAway.test(kind)) void forgetPage(threadId)
}

let noting: ReturnType<typeof setTimeout> | undefined

/** Noted when what follows from the change has been done. */
export function notePosition(): void {
  noting ??= setTimeout(() => {
    noting = undefined
    const position = positionNow()
    if (position > 0) void note(position)
  }, 1_000)
}

const note = (position: number) => remember('positions', positionKey, position, position)

/** By position: what was taken away while no page of this browser was open goes from here too. */
export async function repair(): Promise<void> {
  await user
  const { repairPages } = await import('./page-repair.ts')
  await repairPages({
    heard: () => recall<number>('positions', positionKey),
    newest: async () => (await ready).changeSeq,
    changes: (since) => client.changes(since),
    forgetIfGone,
    forgetPages: () => forgetAll(['pages']),
    note,
  })
}
