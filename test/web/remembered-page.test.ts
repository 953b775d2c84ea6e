// What is remembered of a thread is drawn first, is put right by the house, and is no more than it may be.
import { describe, expect, it } from 'vitest'
import type { MessagePage } from '../../src/client/client.ts'
import { pageToRemember, rememberedCharsMax, repaired } from '../../web/chat/remembered-page.ts'
import { blankView } from '../../web/chat/thread-view.ts'
import { messageOf, pathOf } from './sample.ts'
import { aConversation, aHouse, pageOf } from './talk.ts'

const remembered = (...ids: string[]): MessagePage => ({
  messages: ids.map((id) => messageOf(id)),
  headId: ids.at(-1) ?? null,
  hasMore: { before: false, after: false },
})
const ids = ({ messages }: { messages: readonly { id: string }[] }) => messages.map(({ id }) => id).join(' ')

describe('a remembered page', () => {
  it('is drawn while the house is asked, and gives way to its answer', async () => {
    const slow = Promise.withResolvers<void>()
    const house = { ...aHouse(), answer: slow.promise }
    const conversation = aConversation({ house, remembered: remembered('gone', 'm1', 'm2', 'gone2') })
    const opened = conversation.open()
    await settled()
    expect(ids(conversation.view.window)).toBe('gone m1 m2 gone2')
    expect(conversation.view.phase).toBe('loading')
    slow.resolve()
    await opened
    expect(ids(conversation.view.window)).toBe('m1 m2 m3 m4')
    expect(conversation.view).toMatchObject({ phase: 'ready', headId: 'm4' })
  })

  it('may not come over what the house has said already, however slow this device is', async () => {
    const slow = Promise.withResolvers<MessagePage>()
    const conversation = aConversation({ remembered: slow.promise })
    const opened = conversation.open()
    await settled()
    slow.resolve(remembered('gone'))
    await opened
    expect(ids(conversation.view.window)).toBe('m1 m2 m3 m4')
  })

  it('stays, and is said to be old, while the house is away', async () => {
    const house = { ...aHouse(), isAway: true }
    const conversation = aConversation({ house, remembered: remembered('m1', 'm2') })
    await conversation.open()
    expect(conversation.view).toMatchObject({ isAway: true, headId: 'm2' })
    expect(ids(conversation.view.window)).toBe('m1 m2')
  })

  it('loses every message that the house does not name, and keeps the objects of what is the same', () => {
    const before = pageOf(...pathOf(1, 4))
    const after = repaired(before, { messages: pathOf(3, 5), headId: 'm5', hasMore: { before: true, after: false } }) // prettier-ignore
    expect(ids(after)).toBe('m3 m4 m5')
    expect(after.messages[0]).toBe(before.messages[2])
    expect(after.hasMore.before).toBe(true)
  })

  it('may even unfinish an answer: the house knows better', () => {
    const pending = messageOf('m1', { status: 'pending' })
    const after = repaired(pageOf(messageOf('m1')), { messages: [pending], headId: 'm1', hasMore: { before: false, after: false } }) // prettier-ignore
    expect(after.messages[0]?.status).toBe('pending')
  })
})

describe('what is worth remembering', () => {
  const view = { ...blankView, phase: 'ready' as const, headId: 'm80', window: pageOf(...pathOf(1, 80)) }

  it('is the newest page of what the thread shows', () => {
    expect(pageToRemember(view)?.messages.map(({ id }) => id)).toEqual(pathOf(31, 80).map(({ id }) => id))
    expect(pageToRemember(view)).toMatchObject({ headId: 'm80', hasMore: { before: false, after: false } })
  })

  it.each([
    ['what was only remembered', { phase: 'loading' as const }],
    ['another branch', { reading: { through: 'm2', leafId: 'm2' } }],
    ['a place far back', { window: { ...view.window, hasMore: { before: false, after: true } } }],
    ['nothing', { window: pageOf() }],
  ])('may not be %s', (_, given) => {
    expect(pageToRemember({ ...view, ...given })).toBeNull()
  })

  it('loses its oldest where it would be too much', () => {
    const text = 'x'.repeat(rememberedCharsMax / 4)
    const messages = pathOf(1, 10).map((message) => ({ ...message, text }))
    expect(pageToRemember({ ...view, window: pageOf(...messages) })?.messages.map(({ id }) => id)).toEqual(['m8', 'm9', 'm10']) // prettier-ignore
    const huge = messageOf('m1', { text: 'x'.repeat(rememberedCharsMax) })
    expect(pageToRemember({ ...view, window: pageOf(huge) })).toBeNull()
  })
})

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))
