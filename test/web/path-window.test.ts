import { describe, expect, it } from 'vitest'
import {
  continued,
  spliced,
  upTo,
  windowMax,
  windowOf,
  withMessage,
  withNewer,
  withOlder,
} from '../../web/chat/path-window.ts'
import { messageOf, pathOf } from './sample.ts'

const page = (from: number, to: number, before = from > 1, after = false) => ({
  messages: pathOf(from, to),
  hasMore: { before, after },
})
const ids = ({ messages }: { messages: readonly { id: string }[] }) => messages.map(({ id }) => id).join(' ')

describe('pages put together', () => {
  it('grow upwards, each message once', () => {
    const window = withOlder(windowOf(page(5, 8)), page(2, 5))
    expect(ids(window)).toBe('m2 m3 m4 m5 m6 m7 m8')
    expect(window.hasMore).toEqual({ before: true, after: false })
  })

  it('grow downwards until the newest is there', () => {
    const window = withNewer(windowOf(page(1, 3, false, true)), page(4, 6))
    expect(ids(window)).toBe('m1 m2 m3 m4 m5 m6')
    expect(window.hasMore).toEqual({ before: false, after: false })
  })

  it('let the far end go when they are too many, and know that there is more', () => {
    const window = withOlder(windowOf(page(windowMax + 1, windowMax * 2)), page(windowMax - 49, windowMax))
    expect(window.messages).toHaveLength(windowMax)
    expect(window.messages[0]?.id).toBe(`m${windowMax - 49}`)
    expect(window.hasMore.after).toBe(true)
  })

  it('meet where both have the same message, and the newer word wins from there', () => {
    const window = spliced(windowOf(page(1, 6, false)), {
      messages: [messageOf('m4', { seq: 4 }), messageOf('n5', { seq: 9 })],
      hasMore: { before: true, after: false },
    })
    expect(ids(window)).toBe('m1 m2 m3 m4 n5')
    expect(window.hasMore).toEqual({ before: false, after: false })
  })

  it('give way where they do not meet', () => {
    expect(ids(spliced(windowOf(page(1, 3)), page(50, 52)))).toBe('m50 m51 m52')
  })

  it('keep what was said after a page while it was on its way', () => {
    expect(ids(spliced(windowOf(page(1, 5, false)), page(2, 3)))).toBe('m1 m2 m3 m4 m5')
  })

  it('are the same objects where nothing is new', () => {
    const before = windowOf(page(1, 3, false))
    expect(spliced(before, page(1, 3, false)).messages[1]).toBe(before.messages[1])
  })
})

describe('one message', () => {
  it('takes the place of what was known of it', () => {
    const window = withMessage(windowOf(page(1, 3)), messageOf('m2', { status: 'deleted', text: '' }))
    expect(window.messages[1]?.status).toBe('deleted')
  })

  it('may not unfinish an answer by coming late', () => {
    const window = windowOf(page(1, 3))
    expect(withMessage(window, messageOf('m2', { status: 'pending' }))).toBe(window)
  })

  it('that is not here changes nothing', () => {
    const window = windowOf(page(1, 3))
    expect(withMessage(window, messageOf('x'))).toBe(window)
  })
})

describe('what is said after a message', () => {
  it('ends the path there', () => {
    expect(ids(continued(windowOf(page(1, 5)), 'm2', [messageOf('n')]) ?? { messages: [] })).toBe('m1 m2 n')
  })

  it('begins another root', () => {
    expect(ids(continued(windowOf(page(1, 5)), null, [messageOf('n')]) ?? { messages: [] })).toBe('n')
  })

  it('is nowhere when its parent is not here', () => {
    expect(upTo(windowOf(page(1, 5)), 'x')).toBeNull()
  })
})
