import { describe, expect, it } from 'vitest'
import { dayOf, dayWords } from '../../web/chat/day.ts'
import { firstSince } from '../../web/chat/first-of-day.ts'
import { keyMeans } from '../../web/chat/key-means.ts'
import type { Unsent } from '../../web/chat/unsent.ts'
import { windowOf } from '../../web/chat/path-window.ts'
import { blankView, entriesOf, leafOf } from '../../web/chat/thread-view.ts'
import { messageOf, pathOf } from './sample.ts'

describe('days', () => {
  const now = '2026-11-20T12:00:00.000'

  it('are called as people call them', () => {
    expect(dayWords('2026-11-20T08:00:00.000', now, 'en-GB')).toBe('Today')
    expect(dayWords('2026-11-19T23:59:00.000', now, 'en-GB')).toBe('Yesterday')
    expect(dayWords('2026-11-02T08:00:00.000', now, 'en-GB')).toMatch(/^Monday,? 2 November$/)
    expect(dayWords('2025-11-02T08:00:00.000', now, 'en-GB')).toMatch(/2 November 2025$/)
  })

  it('begin at midnight where the reader is', () => {
    expect(dayOf('2026-11-20T23:30:00.000Z', 'Asia/Kolkata')).toBe('2026-11-21')
    expect(dayOf('2026-11-20T23:30:00.000Z', 'America/New_York')).toBe('2026-11-20')
  })

  it('are found in ten thousand messages with few looks', async () => {
    const hour = 3_600_000
    const start = Date.parse('2025-01-01T00:00:00Z')
    const at = (seq: number) =>
      messageOf(`m${seq}`, { createdAt: new Date(start + seq * hour).toISOString() })
    let looks = 0
    const look = async (seq: number) => {
      looks++
      return seq > 10_000 ? null : at(seq)
    }
    expect((await firstSince(look, 10_000, start + 4_321 * hour - 5))?.id).toBe('m4321')
    expect(looks).toBeLessThan(16)
    expect(await firstSince(look, 10_000, start + 99_999 * hour)).toBeNull()
    expect((await firstSince(look, 10_000, 0))?.id).toBe('m1')
  })
})

describe('what stands on the page', () => {
  const view = {
    ...blankView,
    window: windowOf({ messages: pathOf(1, 4), hasMore: { before: false, after: false } }),
  }
  const said = (given: Partial<Unsent>): Unsent => ({
    id: 'u',
    threadId: 't',
    text: 'New',
    at: 0,
    personaId: null,
    isFirst: false,
    ...given,
  })
  const keys = (unsent: Unsent[]) => entriesOf({ ...view, unsent }).map(({ key }) => key)

  it('ends with what is not kept yet', () => {
    expect(keys([said({})])).toEqual(['m1', 'm2', 'm3', 'm4', 'u'])
  })

  it('shows an edit in its place, and what it replaces no more', () => {
    expect(keys([said({ parentId: 'm2' })])).toEqual(['m1', 'm2', 'u'])
    expect(keys([said({ parentId: null })])).toEqual(['u'])
  })

  it('may not show a message twice, kept and unsent', () => {
    expect(keys([said({ id: 'm4' })])).toEqual(['m1', 'm2', 'm3', 'm4'])
  })

  it('is continued at the end of the branch that is read', () => {
    expect(leafOf({ ...view, headId: 'h' })).toBe('h')
    expect(leafOf({ ...view, headId: 'h', reading: { through: 'm2', leafId: 'l' } })).toBe('l')
  })
})

describe('keys in the composer', () => {
  const mood = { isEmpty: false, isRunning: false, isMending: false, isTouch: false }
  const key = (key: string, more: object = {}) => ({
    key,
    shiftKey: false,
    metaKey: false,
    ctrlKey: false,
    altKey: false,
    isComposing: false,
    keyCode: 0,
    ...more,
  })

  it('send by Enter, and with Shift begin a line', () => {
    expect(keyMeans(key('Enter'), mood)).toBe('send')
    expect(keyMeans(key('Enter', { shiftKey: true }), mood)).toBeNull()
    expect(keyMeans(key('Enter', { metaKey: true, shiftKey: true }), mood)).toBe('send')
    expect(keyMeans(key('Enter', { ctrlKey: true }), { ...mood, isTouch: true })).toBe('send')
    expect(keyMeans(key('Enter'), { ...mood, isTouch: true })).toBeNull()
  })

  it('may not send while signs are being put together', () => {
    expect(keyMeans(key('Enter', { isComposing: true }), mood)).toBeNull()
    expect(keyMeans(key('Enter', { keyCode: 229 }), mood)).toBeNull()
    expect(keyMeans(key('Escape', { isComposing: true }), { ...mood, isRunning: true })).toBeNull()
  })

  it('stop an answer, or first leave what is being mended', () => {
    expect(keyMeans(key('Escape'), { ...mood, isRunning: true })).toBe('stop')
    expect(keyMeans(key('Escape'), { ...mood, isRunning: true, isMending: true })).toBe('leave')
    expect(keyMeans(key('Escape'), mood)).toBeNull()
  })

  it('mend the last message by ArrowUp, only where there are no words to walk in', () => {
    expect(keyMeans(key('ArrowUp'), { ...mood, isEmpty: true })).toBe('mend')
    expect(keyMeans(key('ArrowUp'), mood)).toBeNull()
  })
})
