// How often it is looked whether other nodes changed something: never in vain, never late, and all in one question.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { UserSeen } from '../../src/core/upkeep.ts'
import { freshMs, Look } from '../../src/store/recent/look.ts'
import { type Part, Shelf } from '../../src/store/recent/shelf.ts'

const seen = (user: string, changeSeq: number): UserSeen => ({ user, changeSeq })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('while somebody reads, what is kept stays fresh without waiting', async () => {
  using nodes = looking()
  const shelf = nodes.shelf('ann')
  const fresh: boolean[] = []
  for (let i = 0; i < 40; i++) {
    nodes.look.often(shelf)
    await vi.advanceTimersByTimeAsync(100)
    fresh.push(shelf.isKnownSince(old, performance.now() - freshMs))
  }
  expect(fresh.lastIndexOf(false)).toBeLessThan(3)
})

it('when nobody reads any more it is not looked, and nothing is fresh', async () => {
  using nodes = looking()
  const shelf = nodes.shelf('ann')
  nodes.look.often(shelf)
  await vi.advanceTimersByTimeAsync(4_000)
  const before = nodes.asked.length
  expect(before).toBeGreaterThan(5)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(nodes.asked.length).toBe(before)
  expect([vi.getTimerCount(), shelf.isKnownSince(old, performance.now() - freshMs)]).toEqual([0, false])
})

it('all who read are asked for in one question, and each with what is known of them', async () => {
  using nodes = looking()
  const [ann, bob] = [nodes.shelf('ann'), nodes.shelf('bob')]
  await Promise.all([nodes.look.at(ann), nodes.look.at(bob), nodes.look.at(ann)])
  expect(nodes.asked).toEqual([[seen('ann', 1), seen('bob', 1)]])
})

it('whoever asks while it is being looked waits for the next look, because this one may be too old', async () => {
  using nodes = looking(100)
  const [ann, bob] = [nodes.shelf('ann'), nodes.shelf('bob')]
  const began = performance.now()
  const first = nodes.look.at(ann)
  await vi.advanceTimersByTimeAsync(50)
  const second = nodes.look.at(bob)
  await vi.advanceTimersByTimeAsync(60)
  await first
  expect([ann.confirmedAt, bob.confirmedAt]).toEqual([began, -Infinity])
  await vi.advanceTimersByTimeAsync(100)
  await second
  expect(bob.confirmedAt).toBe(began + 100)
})

it('nobody waits for long for a look that hangs', async () => {
  using nodes = looking(60_000)
  const waiting = nodes.look.soon(nodes.shelf('ann'))
  await vi.advanceTimersByTimeAsync(100)
  await expect(waiting).resolves.toBeUndefined()
})

it('what is found is told with how far it is, and a fault is told too', async () => {
  using nodes = looking()
  const ann = nodes.shelf('ann')
  nodes.answer = async () => [seen('ann', 5)]
  await nodes.look.at(ann)
  expect(nodes.told).toEqual(['ann 5'])
  nodes.answer = async () => Promise.reject(new Error('the line was cut'))
  const { confirmedAt } = ann
  await nodes.look.at(ann)
  expect([nodes.told, ann.confirmedAt]).toEqual([['ann 5', 'failed'], confirmedAt])
})

it.each([
  ['went back', [seen('ann', 3)], ['ann 3']],
  ['is gone', [seen('ann', 0)], ['ann 0']],
  ['stands where they stood', [], []],
])('of somebody who %s since the store was put back, what is kept goes or stays', async (_, found, told) => {
  using nodes = looking()
  const ann = nodes.shelf('ann')
  ann.changeSeq = 5
  nodes.answer = async () => found
  await nodes.look.at(ann)
  expect(nodes.told).toEqual(told)
})

it('what was committed here while it was looked is not taken for a store that was put back', async () => {
  using nodes = looking()
  const ann = nodes.shelf('ann')
  nodes.answer = async () => {
    ann.changeSeq = 7
    return [seen('ann', 5)]
  }
  await nodes.look.at(ann)
  expect(nodes.told).toEqual([])
})

const old: Part = { value: { json: '' } as Part['value'], bytes: 0, at: -Infinity }

type Nodes = Disposable & {
  asked: UserSeen[][]
  told: string[]
  answer: () => Promise<UserSeen[]>
  shelf: (user: string) => Shelf
  look: Look
}

function looking(takesMs = 0): Nodes {
  const [asked, told]: [UserSeen[][], string[]] = [[], []]
  const nodes: Nodes = {
    asked,
    told,
    answer: async (): Promise<UserSeen[]> => {
      if (takesMs > 0) await new Promise((resolve) => setTimeout(resolve, takesMs))
      return []
    },
    shelf: (user) => {
      const shelf = new Shelf(user)
      shelf.changeSeq = 1
      shelf.threads.set('t', { shelf, threadId: 't', parts: new Map(), bytes: 0 })
      return shelf
    },
    look: new Look(
      {
        changedAmong: (users) => {
          asked.push([...users])
          return nodes.answer()
        },
      },
      {
        changed: ({ user }, changeSeq) => told.push(`${user} ${changeSeq}`),
        failed: () => told.push('failed'),
      },
    ),
    [Symbol.dispose]: (): void => nodes.look[Symbol.dispose](),
  }
  return nodes
}
