// What lies beside the path is spoken of until somebody has dealt with it, on whatever page that happens.
import { describe, expect, it } from 'vitest'
import { recallStrays, rereadStrays, settle, settleShown, strayed } from '../../web/chat/straying.ts'
import { straysMax } from '../../web/chat/stray-list.ts'
import { messageOf } from './sample.ts'
import { aConversation, aHouse, aShelf, pageOf } from './talk.ts'

describe('a message kept beside the path', () => {
  it('is spoken of again on the next page', async () => {
    const { shelf, house } = world()
    strayed(aConversation({ shelf }), house.stray)
    const after = aConversation({ shelf, house })
    await recallStrays(after)
    expect(after.view.strays).toEqual([house.stray])
  })

  it('may not be spoken of to another, nor in another thread', async () => {
    const { shelf, house } = world()
    strayed(aConversation({ shelf }), house.stray)
    const others = [aConversation({ shelf, house, userId: 'bea' }), aConversation({ shelf, house, threadId: 'other' })] // prettier-ignore
    for (const other of others) await recallStrays(other)
    expect(others.flatMap(({ view }) => view.strays)).toEqual([])
  })

  it('is not spoken of once it is dealt with, in another tab neither', async () => {
    const { shelf, house } = world()
    const [here, there] = [aConversation({ shelf, house }), aConversation({ shelf, house })]
    strayed(here, house.stray)
    await recallStrays(there)
    settle(here, house.stray.id)
    rereadStrays(there)
    await recallStrays(there)
    expect([here.view.strays, there.view.strays]).toEqual([[], []])
  })

  it('is not spoken of when the path goes through it by now', async () => {
    const { shelf, house } = world()
    strayed(aConversation({ shelf }), house.stray)
    house.path.push(house.stray)
    expect(await recalled(shelf, house)).toEqual([])
    expect(shelf.length).toBe(0)
  })

  it('is not spoken of when it was deleted', async () => {
    const { shelf, house } = world()
    strayed(aConversation({ shelf }), house.stray)
    house.known.delete(house.stray.id)
    expect(await recalled(shelf, house)).toEqual([])
    expect(shelf.length).toBe(0)
  })

  it('stays noted while the house is away', async () => {
    const { shelf, house } = world()
    strayed(aConversation({ shelf }), house.stray)
    house.isAway = true
    await expect(recallStrays(aConversation({ shelf, house }))).rejects.toThrow('away')
    expect(shelf.length).toBe(1)
  })

  it('is dealt with as soon as it stands on the page, unless only another branch is looked at', () => {
    const { shelf, house } = world()
    const conversation = aConversation({ shelf })
    strayed(conversation, house.stray)
    const reading = { through: house.stray.id, leafId: house.stray.id }
    conversation.change({ window: pageOf(house.stray), reading })
    settleShown(conversation)
    expect(conversation.view.strays).toHaveLength(1)
    conversation.change({ reading: null })
    settleShown(conversation)
    expect([conversation.view.strays, shelf.length]).toEqual([[], 0])
  })

  it(`is one of the last ${straysMax}`, () => {
    const { shelf } = world()
    const conversation = aConversation({ shelf })
    for (let index = 0; index < straysMax + 5; index++) strayed(conversation, messageOf(`m${index}`))
    expect(shelf.length).toBe(straysMax)
    expect(conversation.strayList.of('t')[0]).toBe('m5')
  })

  it('is spoken of on this page also when this device has no room to note it', () => {
    const full = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    const conversation = aConversation({ shelf: { ...aShelf(), setItem: full } })
    strayed(conversation, messageOf('m9'))
    expect(conversation.view.strays).toHaveLength(1)
  })
})

const world = () => ({ shelf: aShelf(), house: aHouse() })

async function recalled(shelf: ReturnType<typeof aShelf>, house: ReturnType<typeof aHouse>) {
  const conversation = aConversation({ shelf, house })
  await recallStrays(conversation)
  return conversation.view.strays
}
