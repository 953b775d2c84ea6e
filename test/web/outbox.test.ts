// What is said waits on the device until the house has it: in order, once, whatever is changed or taken back meanwhile.
import { describe, expect, it } from 'vitest'
import {
  added,
  edited,
  failed,
  gone,
  kept,
  nextOf,
  NoRoom,
  refused,
  type Step,
  tried,
  type Unsent,
  unsentCharsMax,
  unsentMax,
  withdrawn,
  woken,
} from '../../web/chat/unsent.ts'
import { aDevice, unsentOf } from './device.ts'

describe('the outbox', () => {
  it('is there again after a reload, in the order in which it was said', async () => {
    const device = aDevice()
    const tab = device.tab()
    await Promise.all([tab.put(unsentOf('b', { at: 2 }), true), tab.put(unsentOf('a', { at: 1 }), true)])
    const after = device.tab()
    await after.ready
    expect(after.all.map(({ id }) => id)).toEqual(['b', 'a'])
  })

  it('may not show one person what another left unsent', async () => {
    const device = aDevice()
    await device.tab('ada').put(unsentOf('a'), true)
    const other = device.tab('bea')
    await other.ready
    expect(other.all).toEqual([])
  })

  it('is one for all tabs: what is said in one follows what waits from another', async () => {
    const device = aDevice()
    const [one, other] = [device.tab(), device.tab()]
    await one.put(unsentOf('a', { expectedHead: 'h' }), true)
    await other.put(unsentOf('b', { expectedHead: 'h' }), true)
    await one.look()
    expect(one.all.map(({ id, after, expectedHead }) => [id, after, expectedHead])).toEqual([
      ['a', undefined, 'h'],
      ['b', 'a', undefined],
    ])
  })

  it('draws what is said at once, and says that it is on the device only when it is', async () => {
    const tab = aDevice().tab()
    const put = tab.put(unsentOf('a'), true)
    expect(tab.of('t').map(({ order }) => order)).toEqual([undefined])
    expect(tab.all).toEqual([])
    await put
    expect(tab.of('t').map(({ order }) => order)).toEqual([1])
  })

  it('rejects when there is no room, and holds nothing then', async () => {
    const device = aDevice()
    device.fill()
    const tab = device.tab()
    await expect(tab.put(unsentOf('a'), true)).rejects.toThrow('full')
    expect([tab.of('t'), device.held()]).toEqual([[], []])
  })

  it('may not grow beyond its bounds, and says which it was', () => {
    const many = Array.from({ length: unsentMax }, (_, at) => unsentOf(`m${at}`))
    expect(() => added(unsentOf('a'), true)(many)).toThrow(NoRoom)
    expect(() => added(unsentOf('a'), true)(many)).toThrow('1,000 messages')
    const long = unsentOf('long', { text: 'x'.repeat(unsentCharsMax) })
    expect(() => added(unsentOf('a'), true)([long])).toThrow('20 MiB')
    expect(added(unsentOf('a'), true)(many.slice(1))).toHaveLength(unsentMax)
  })
})

describe('what waits', () => {
  it('lets the next follow the answer of the one that was kept', () => {
    const list = after([unsentOf('a'), unsentOf('b', { after: 'a' })], keptStep('a'))
    expect(list).toEqual([unsentOf('b', { expectedHead: 'answer to a' })])
  })

  it('is said otherwise under its id, and one that was never tried is simply gone when it is taken back', () => {
    const waiting = [unsentOf('a', { expectedHead: 'h' }), unsentOf('b', { after: 'a' })]
    expect(after(waiting, edited('a', 'other'))[0]).toMatchObject({ id: 'a', text: 'other', edition: 1 })
    expect(after(waiting, withdrawn('a'))).toEqual([unsentOf('b', { expectedHead: 'h' })])
  })

  it('hands on that it begins its thread', () => {
    const waiting = [unsentOf('a', { isFirst: true }), unsentOf('b', { after: 'a' })]
    expect(after(waiting, withdrawn('a'))).toEqual([unsentOf('b', { isFirst: true })])
  })

  it('stays until it is taken away in the house, if it was tried before it was taken back', () => {
    const waiting = [unsentOf('a'), unsentOf('b', { after: 'a' })]
    const list = after(waiting, tried('a', 5), withdrawn('a'))
    expect(nextOf(list, 't')).toMatchObject({ id: 'a', isWithdrawn: true })
    expect(after(list, keptStep('a')).map(({ id }) => id)).toEqual(['a', 'b'])
    expect(after(list, gone('a', true))).toEqual([unsentOf('b')])
  })

  it('becomes a sibling of what was kept, if it was changed on its way', () => {
    const waiting = [unsentOf('a'), unsentOf('b', { after: 'a' })]
    const list = after(waiting, tried('a', 5), edited('a', 'other'), keptStep('a', { parentId: 'p' }))
    expect(list[0]).toMatchObject({ id: 'new', text: 'other', parentId: 'p' })
    expect(list[0]?.tried).toBeUndefined()
    expect(list[1]).toMatchObject({ id: 'b', after: 'new' })
    expect(after(list, keptStep('new', { edition: 1 }))).toEqual([unsentOf('b', { expectedHead: 'answer to new' })]) // prettier-ignore
  })

  it('goes on without what was refused, from the same place', () => {
    const waiting = [unsentOf('a', { expectedHead: 'h' }), unsentOf('b', { after: 'a' })]
    const list = after(waiting, refused('a', { message: 'No.', hint: '' }))
    expect(nextOf(list, 't')).toEqual(unsentOf('b', { expectedHead: 'h' }))
    const again = after(list, edited('a', 'shorter'))
    expect(again[0]).toEqual(unsentOf('a', { text: 'shorter', edition: 1 }))
  })

  it('stays, and holds up nothing, while only a node has it', () => {
    const waiting = [unsentOf('a', { expectedHead: 'h' }), unsentOf('b', { after: 'a' })]
    const list = after(waiting, tried('a', 5), keptStep('a', { isSpooled: true }))
    expect(list[0]).toMatchObject({ id: 'a', isSpooled: true })
    expect(nextOf(list, 't')).toEqual(unsentOf('b'))
    expect(after(list, keptStep('b'), keptStep('a'))).toEqual([])
    expect(nextOf(after(list, keptStep('b'), added(unsentOf('c'), true)), 't')?.id).toBe('a')
  })

  it('is woken by news of the network, and not before the time that the house has named', () => {
    const wait = { waitsFor: 'house' as const, notBefore: 90_000 }
    const asked = after([unsentOf('a')], tried('a', 5), failed('a', { ...wait, isAsked: true }))
    const own = after([unsentOf('a')], tried('a', 5), failed('a', { ...wait, isAsked: false }))
    expect(after(asked, woken(20_000))[0]?.tried?.notBefore).toBe(90_000)
    expect(after(own, woken(20_000))[0]?.tried?.notBefore).toBe(20_000)
    expect(after(own, woken(6))[0]?.tried?.notBefore).toBe(505)
  })
})

const after = (list: readonly Unsent[], ...steps: Step[]): readonly Unsent[] =>
  steps.reduce((before, step) => step(before), list)

const keptStep = (
  id: string,
  given: { edition?: number; parentId?: string; isSpooled?: boolean } = {},
): Step =>
  kept(id, { edition: 0, replyId: `answer to ${id}`, parentId: null, isSpooled: false, ...given }, 'new', 0)
