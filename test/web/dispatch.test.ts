// What carries the outbox to the house: in order, once, patiently, and by one tab at a time.
import { describe, expect, it } from 'vitest'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { Dispatch, type Turn } from '../../web/chat/dispatch.ts'
import type { Unsent } from '../../web/chat/unsent.ts'
import { aDevice, type TestDevice, unsentOf } from './device.ts'

type Answer = ThreadkeepError['code'] | ThreadkeepError | null

describe('what carries the outbox', () => {
  it('sends in order inside a thread, the next when the last is kept', async () => {
    const house = aHouse()
    const { put, tab } = aTab(house)
    await put('a', 'b', 'c')
    await house.settled()
    expect([house.sent, tab.all]).toEqual([['a', 'b', 'c'], []])
  })

  it('sends several threads at once, and never more than three', async () => {
    const house = aHouse({ isSlow: true })
    const { tab, dispatch } = aTab(house)
    for (const threadId of ['1', '2', '3', '4', '5'])
      await tab.put(unsentOf(`in ${threadId}`, { threadId }), true)
    dispatch.start()
    await house.settled()
    expect(house.sent).toHaveLength(3)
    house.go()
    await house.settled()
    expect(house.sent.toSorted()).toEqual(['in 1', 'in 2', 'in 3', 'in 4', 'in 5'])
  })

  it('sends the same id again until it is kept, whatever passing fault it met', async () => {
    const codes: Answer[] = ['unavailable', 'unauthenticated', 'user_mismatch', 'too_many', 'storage_full', 'internal', null] // prettier-ignore
    const house = aHouse({ answers: codes })
    const { put, tab } = aTab(house)
    await put('a')
    for (let round = 0; round < codes.length; round++) await house.pass()
    expect(house.sent).toEqual(Array.from(codes, () => 'a'))
    expect(tab.all).toEqual([])
  })

  it('waits longer each time, never longer than half a minute, and never as long as its neighbour', async () => {
    const house = aHouse({ answers: Array.from({ length: 8 }, (): Answer => 'unavailable') })
    const { put } = aTab(house)
    await put('a')
    for (let round = 0; round < 7; round++) await house.pass()
    expect(house.waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
    const jittered = aHouse({ answers: ['unavailable'], chance: 0.5 })
    await aTab(jittered).put('a')
    await jittered.settled()
    expect(jittered.waits).toEqual([750])
  })

  it('comes back when the house has asked it to, and no sooner however often it is woken', async () => {
    const busy = new ThreadkeepError('too_many', 'Slow down.', '', { status: 429, retryAfterMs: 45_000 })
    const house = aHouse({ answers: [busy, null] })
    const { put, dispatch } = aTab(house)
    await put('a')
    await house.settled()
    expect(house.waits).toEqual([45_000])
    await dispatch.wake()
    await house.settled()
    expect(house.sent).toEqual(['a'])
    await house.pass()
    await house.pass()
    expect(house.sent).toEqual(['a', 'a'])
  })

  it('goes at once when the way is free again', async () => {
    const house = aHouse({ answers: ['unavailable', 'unavailable', 'unavailable', null] })
    const { put, dispatch, tab } = aTab(house)
    await put('a')
    await house.pass()
    await house.pass()
    house.now += 2_000
    await dispatch.wake()
    await house.settled()
    expect(tab.all).toEqual([])
  })

  it('says what a message waits for', async () => {
    const house = aHouse({ answers: ['unauthenticated'] })
    const { put, tab } = aTab(house)
    await put('a')
    await house.settled()
    expect(tab.all[0]?.tried?.waitsFor).toBe('signIn')
    const offline = aHouse({ answers: ['unavailable'], isOffline: true })
    const other = aTab(offline)
    await other.put('a')
    await offline.settled()
    expect(other.tab.all[0]?.tried?.waitsFor).toBe('network')
  })

  it('may not try again what was refused, and goes on with the next', async () => {
    const house = aHouse({ answers: ['too_large', null] })
    const { put, tab, dispatch } = aTab(house)
    await put('a', 'b')
    await house.settled()
    expect(house.sent).toEqual(['a', 'b'])
    expect(tab.all.map(({ id, refusal }) => [id, refusal?.message])).toEqual([['a', 'No: too_large.']])
    dispatch.start()
    await house.settled()
    expect(house.sent).toEqual(['a', 'b'])
  })

  it('sends what was refused when it is said otherwise', async () => {
    const house = aHouse({ answers: ['too_large', null] })
    const { put, tab, dispatch } = aTab(house)
    await put('a')
    await house.settled()
    await tab.edit('a', 'shorter')
    dispatch.start()
    await house.settled()
    expect([house.sent, tab.all]).toEqual([['a', 'a'], []])
  })

  it('takes away in the house what was withdrawn after it had been tried, and then sends the rest', async () => {
    const house = aHouse({ answers: ['unavailable'] })
    const { put, tab } = aTab(house)
    await put('a', 'b')
    await house.settled()
    await tab.withdraw('a')
    await house.pass()
    expect([house.sent, house.takenBack, tab.all]).toEqual([['a', 'b'], ['a'], []])
  })

  it('may not send twice at once, however often it is started and in however many tabs', async () => {
    const house = aHouse({ isSlow: true })
    const device = aDevice()
    const [one, other] = [aTab(house, device), aTab(house, device)]
    await one.put('a', 'b')
    await other.tab.look()
    for (const { dispatch } of [one, other, one]) dispatch.start()
    house.go()
    await house.settled()
    expect([house.sent, device.held()]).toEqual([['a', 'b'], []])
  })

  it('may not send what another tab has sent, though nobody has told it so', async () => {
    const house = aHouse({ isSlow: true })
    const device = aDevice({ isSilent: true })
    const [one, other] = [aTab(house, device), aTab(house, device)]
    await one.tab.put(unsentOf('a'), true)
    await other.tab.look()
    for (const { dispatch } of [one, other]) dispatch.start()
    house.go()
    await house.settled()
    expect([house.sent, other.tab.all]).toEqual([['a'], []])
  })

  it('may not send the next while the one before it waits', async () => {
    const house = aHouse({ answers: ['unavailable', null, null] })
    const { put } = aTab(house)
    await put('a', 'b')
    await house.settled()
    expect(house.sent).toEqual(['a'])
    await house.pass()
    expect(house.sent).toEqual(['a', 'a', 'b'])
  })

  it('goes on in another tab when the one that had begun is gone', async () => {
    const house = aHouse({ answers: ['unavailable', null] })
    const device = aDevice()
    const one = aTab(house, device)
    await one.put('a')
    await house.settled()
    one.close()
    const other = aTab(house, device)
    await other.tab.look()
    other.dispatch.start()
    await house.pass()
    await house.pass()
    expect([house.sent, device.held()]).toEqual([['a', 'a'], []])
  })
})

type HouseGiven = { answers?: Answer[]; isSlow?: boolean; chance?: number; isOffline?: boolean }

/** A house that answers each try with the next of these; null, and all after them: it is kept. Its time passes when it is told to. */
function aHouse({ answers = [], isSlow = false, chance = 1, isOffline = false }: HouseGiven = {}) {
  const gate = Promise.withResolvers<void>()
  if (!isSlow) gate.resolve()
  const later: { at: number; work: () => void }[] = []
  const turns = new Map<string, Promise<void>>()
  const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 15))
  const house = {
    sent: [] as string[],
    takenBack: [] as string[],
    waits: [] as number[],
    now: 1_000_000,
    chance,
    isOffline,
    later,
    settled,
    go: () => gate.resolve(),
    carry: async (unsent: Unsent) => {
      const answer = answers[house.sent.length] ?? null
      house.sent.push(unsent.id)
      await gate.promise
      if (answer instanceof ThreadkeepError) throw answer
      if (answer !== null) throw new ThreadkeepError(answer, `No: ${answer}.`, '')
      const { id, edition = 0 } = unsent
      return { edition, replyId: `answer to ${id}`, parentId: null, isSpooled: false }
    },
    /** As the locks of a browser: one after the other. */
    turn: (threadId: string, work: () => Promise<void>) => {
      const next = (turns.get(threadId) ?? Promise.resolve()).then(work)
      turns.set(threadId, next.catch(() => undefined)) // prettier-ignore
      return next
    },
    /** Until the next thing that waits for its time. */
    async pass() {
      await settled()
      const next = later.toSorted((one, other) => one.at - other.at)[0]
      if (!next) return
      later.splice(later.indexOf(next), 1)
      house.now = Math.max(house.now, next.at)
      next.work()
      await settled()
    },
  }
  return house
}

function aTab(house: ReturnType<typeof aHouse>, device: TestDevice = aDevice()) {
  const tab = device.tab()
  let isClosed = false
  const turn: Turn = (threadId, work) =>
    isClosed ? new Promise(() => undefined) : house.turn(threadId, work)
  const way = {
    carry: house.carry,
    takeBack: async ({ id }: Unsent) => {
      house.takenBack.push(id)
      return true
    },
    newId: () => 'new',
  }
  const dispatch = new Dispatch(tab, way, {
    turn,
    now: () => house.now,
    later: (work, ms) => {
      if (ms > 0) house.waits.push(Math.round(ms))
      house.later.push({ at: house.now + ms, work })
    },
    chance: () => house.chance,
    isOffline: () => house.isOffline,
    courtesyMs: () => 0,
  })
  const put = async (...ids: string[]) => {
    for (const id of ids) await tab.put(unsentOf(id), true)
    dispatch.start()
  }
  return { tab, dispatch, put, close: () => void (isClosed = true) }
}
