// A mark is drawn at once, asked of the house in the order in which it was pressed, and taken back with words when it is refused.
import { afterEach, describe, expect, it } from 'vitest'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { mark } from '../../web/chat/marking.ts'
import { dismiss, toastsNow } from '../../web/ui/toast.ts'
import { messageOf } from './sample.ts'
import { aConversation, aHouse, pageOf } from './talk.ts'

afterEach(() => toastsNow().forEach(({ id }) => dismiss(id)))

describe('a mark', () => {
  it('is drawn before the house has answered', async () => {
    const { conversation, marks, house } = world()
    const done = mark(conversation, messageOf('m2'), { name: 'pin', value: true })
    expect(marks()).toEqual({ note: 'Roses', pin: true })
    await done
    expect(house.asked).toEqual(['m2 pin true'])
  })

  it('is taken back with words when the house refuses, and nothing else with it', async () => {
    const { conversation, marks, house } = world()
    house.refusal = new ThreadkeepError('forbidden', 'No pins here.', '')
    const done = mark(conversation, messageOf('m2'), { name: 'pin', value: true })
    conversation.put(messageOf('m2', { text: 'Changed', marks: { note: 'Lilies', pin: true } }))
    await done
    expect(marks()).toEqual({ note: 'Lilies' })
    expect(toastsNow().at(-1)?.message).toBe('This message could not be pinned. No pins here.')
  })

  it('that was taken off comes back when the house refuses', async () => {
    const { conversation, marks, house } = world()
    house.refusal = new ThreadkeepError('unavailable', 'It is away.', '')
    await mark(conversation, messageOf('m2', { marks: { thumb: 'up' } }), { name: 'thumb', value: null })
    expect(marks()).toEqual({ note: 'Roses', thumb: 'up' })
  })

  it('ends as it was pressed last: the next is asked for when the one before is answered', async () => {
    const { conversation, marks, house } = world()
    const slow = Promise.withResolvers<void>()
    house.answer = slow.promise
    const first = mark(conversation, messageOf('m2'), { name: 'thumb', value: 'up' })
    const last = mark(conversation, messageOf('m2', { marks: { thumb: 'up' } }), { name: 'thumb', value: null }) // prettier-ignore
    await settled()
    expect(house.asked).toEqual(['m2 thumb up'])
    slow.resolve()
    await Promise.all([first, last])
    expect(house.asked).toEqual(['m2 thumb up', 'm2 thumb off'])
    expect(marks()).toEqual({ note: 'Roses' })
  })
})

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

function world() {
  const house = aHouse()
  const conversation = aConversation({ house })
  conversation.change({ window: pageOf(messageOf('m1'), messageOf('m2', { marks: { note: 'Roses' } })) })
  const marks = () => conversation.view.window.messages[1]?.marks
  return { house, conversation, marks }
}
