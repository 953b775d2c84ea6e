// What is remembered of conversations is put right by position, before anybody looks at it.
import { expect, it } from 'vitest'
import type { Change } from '../../src/client/client.ts'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { type Memory, repairPages } from '../../web/chat/page-repair.ts'

it('hears of every change since it was here last, and notes how far it has come', async () => {
  const memory = aMemory({ heard: 2, newest: 7 })
  await repairPages(memory)
  expect(memory.judged).toEqual([3, 4, 5, 6, 7])
  expect([memory.isForgotten, memory.noted]).toEqual([false, 7])
})

it('asks for nothing at a first visit, nor when nothing has changed', async () => {
  for (const heard of [null, 7]) {
    const memory = aMemory({ heard, newest: 7 })
    await repairPages(memory)
    expect([memory.judged, memory.noted]).toEqual([[], 7])
  }
})

it('forgets all of it when too much has happened, or nobody can say what', async () => {
  for (const memory of [
    aMemory({ heard: 1, newest: 90 }),
    aMemory({ heard: 1, newest: 7, fault: 'resync' }),
  ]) {
    await repairPages(memory)
    expect([memory.isForgotten, memory.noted]).toEqual([true, memory.end])
  }
})

it('stays where it was while the house is away, to be repaired the next time', async () => {
  const memory = aMemory({ heard: 1, newest: 7, fault: 'unavailable' })
  await repairPages(memory)
  expect([memory.isForgotten, memory.noted]).toEqual([false, null])
})

type Given = { heard: number | null; newest: number; fault?: ThreadkeepError['code'] }

/** Changes come in pages of three. */
function aMemory({ heard, newest, fault }: Given) {
  const memory = {
    end: newest,
    judged: [] as number[],
    isForgotten: false,
    noted: null as number | null,
    heard: async () => heard,
    newest: async () => newest,
    changes: async (since: number) => {
      if (fault) throw new ThreadkeepError(fault, 'No.', '')
      const seqs = [1, 2, 3].map((more) => since + more).filter((seq) => seq <= newest)
      const changeOf = (changeSeq: number): Change => ({
        changeSeq,
        kind: 'message.deleted',
        threadId: 't',
        messageSeq: 1,
      })
      return { changes: seqs.map(changeOf) }
    },
    forgetIfGone: ({ changeSeq }: Change) => void memory.judged.push(changeSeq),
    forgetPages: async () => void (memory.isForgotten = true),
    note: async (position: number) => void (memory.noted = position),
  } satisfies Memory & Record<string, unknown>
  return memory
}
