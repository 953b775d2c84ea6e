// Drafts and read positions of one person on several devices: the last word is everywhere, and nobody is written over.
import { describe, expect, it } from 'vitest'
import type { Place, PlaceGiven } from '../../src/client/client.ts'
import { type ErrorCode, ThreadkeepError } from '../../src/core/errors.ts'
import { deedOf, Places, typingMs } from '../../web/chat/places.ts'

const t = 't'

describe('a draft', () => {
  it('is on the other device a moment after the last key, and not before', async () => {
    const house = aHouse()
    const [phone, desk] = [aDevice(house), aDevice(house)]
    phone.type('An')
    await house.pass(500)
    phone.type('And')
    await house.pass(500)
    expect([house.puts, desk.draft]).toEqual([[], ''])
    await house.pass(200)
    expect([house.puts, desk.draft]).toEqual([[{ draft: 'And' }], 'And'])
  })

  it('goes at once when it is sent', async () => {
    const house = aHouse()
    const [phone, desk] = [aDevice(house), aDevice(house)]
    phone.type('And')
    await house.pass(700)
    phone.type('')
    await house.pass(0)
    expect([house.place.draft, desk.draft, phone.draft]).toEqual([null, '', ''])
  })

  it('is not put over what was written here meanwhile, which the next key makes the last word', async () => {
    const house = aHouse()
    const desk = aDevice(house)
    desk.isBarred = true
    desk.type('Mine')
    await house.pass(5_000)
    house.say({ draft: 'From a third' })
    desk.isBarred = false
    desk.places.wake()
    await house.pass(typingMs * 2)
    expect([desk.draft, house.place.draft]).toEqual(['Mine', 'From a third'])
    desk.type('Mine!')
    await house.pass(700)
    expect([desk.draft, house.place.draft]).toEqual(['Mine!', 'Mine!'])
  })

  it('waits until the last key is a while ago, also where nothing was written since it was the same', async () => {
    const house = aHouse()
    const desk = aDevice(house)
    desk.type('And')
    await house.pass(700)
    house.say({ draft: 'And the roses' })
    await house.pass(100)
    expect(desk.draft).toBe('And')
    await house.pass(typingMs)
    expect(desk.draft).toBe('And the roses')
  })

  it('that was put here is not asked for again', async () => {
    const house = aHouse()
    aDevice(house).type('And')
    await house.pass(5_000)
    expect([house.puts.length, house.gets]).toEqual([1, 0])
  })

  it('of a thread that the house does not have is told to nobody', async () => {
    const house = aHouse()
    const phone = aDevice(house, { isKept: false })
    phone.type('And')
    await house.pass(5_000)
    expect(house.puts).toEqual([])
  })

  it('that was written without a way is told when the way is free', async () => {
    const house = aHouse()
    const [phone, desk] = [aDevice(house), aDevice(house)]
    phone.isBarred = true
    phone.type('And')
    await house.pass(5_000)
    expect(house.puts).toEqual([])
    phone.isBarred = false
    phone.places.wake()
    await house.pass(0)
    expect([house.puts, desk.draft]).toEqual([[{ draft: 'And' }], 'And'])
  })

  it('that could not be put is put with the next key, and once', async () => {
    const house = aHouse()
    const phone = aDevice(house)
    house.isAway = true
    phone.type('An')
    await house.pass(5_000)
    house.isAway = false
    phone.type('And')
    await house.pass(700)
    phone.places.wake()
    await house.pass(700)
    expect(house.puts).toEqual([{ draft: 'And' }])
  })

  it.each(['unauthenticated', 'too_many', 'storage_full', 'internal', 'unavailable'] as const)(
    'that the house cannot take now (%s) is put when the way is free, as it was written',
    async (code) => {
      const house = aHouse()
      const phone = aDevice(house)
      house.fault = code
      phone.type('And')
      await house.pass(700)
      house.fault = null
      phone.places.wake()
      await house.pass(0)
      expect(house.puts).toEqual([{ draft: 'And' }])
    },
  )

  it.each(['too_large', 'invalid', 'malformed', 'not_found', 'deleted'] as const)(
    'that the house will never take (%s) is not tried again until it is another',
    async (code) => {
      const house = aHouse()
      const phone = aDevice(house)
      house.fault = code
      phone.type('And')
      await house.pass(700)
      house.fault = null
      phone.places.wake()
      await house.pass(700)
      expect([house.puts, house.gets]).toEqual([[], 0])
      phone.type('An')
      await house.pass(700)
      expect(house.puts).toEqual([{ draft: 'An' }])
    },
  )

  it('that was sent while the house was away does not come back', async () => {
    const house = aHouse()
    const phone = aDevice(house)
    phone.type('And')
    await house.pass(700)
    house.isAway = true
    phone.type('')
    await house.pass(700)
    house.isAway = false
    phone.places.look(t)
    await house.pass(0)
    expect([phone.draft, house.place.draft]).toEqual(['', null])
  })

  it.each([
    ['agree', { here: 'a', there: 'a', agreed: 'b' }],
    ['put', { here: 'b', there: 'a', agreed: 'a' }],
    ['put', { here: '', there: 'a', agreed: 'a' }],
    ['take', { here: 'a', there: 'b', agreed: 'a' }],
    ['take', { here: '', there: 'b', agreed: 'a' }],
    ['take', { here: 'a', there: '', agreed: 'a' }],
    ['leave', { here: 'a', there: 'b', agreed: 'c' }],
    ['leave', { here: 'a', there: '', agreed: 'c' }],
  ] as const)('is to %s where it is %j', (deed, drafts) => {
    expect(deedOf(drafts)).toBe(deed)
  })
})

describe('a read position', () => {
  it('is on the other device, and told once', async () => {
    const house = aHouse()
    const [phone, desk] = [aDevice(house), aDevice(house)]
    phone.readOn(5)
    await house.pass(700)
    for (const device of [phone, desk]) device.readOn(5)
    await house.pass(700)
    expect([desk.read, house.puts]).toEqual([5, [{ readSeq: 5 }]])
  })

  it('never goes back, on either side', async () => {
    const house = aHouse()
    const [phone, desk] = [aDevice(house), aDevice(house)]
    desk.readOn(7)
    phone.readOn(5)
    await house.pass(700)
    expect([house.place.readSeq, phone.read, desk.read]).toEqual([7, 7, 7])
  })

  it('that was reached without a way is told at the next look', async () => {
    const house = aHouse()
    const phone = aDevice(house)
    phone.isBarred = true
    phone.readOn(5)
    await house.pass(700)
    phone.isBarred = false
    phone.places.wake()
    await house.pass(0)
    expect(house.place.readSeq).toBe(5)
  })
})

/** A house with one thread, whose changes every device hears, and a clock that stands until it is told to go on. */
function aHouse() {
  const hearers = new Set<(changeSeq: number) => void>()
  const timers: { at: number; work: () => void }[] = []
  const house = {
    place: { readSeq: 0, draft: null, draftAt: null } as Place,
    puts: [] as PlaceGiven[],
    gets: 0,
    isAway: false,
    fault: null as ErrorCode | null,
    now: 0,
    changeSeq: 0,
    hearers,
    /** Said by a device that is not looked at. */
    say({ readSeq = 0, draft }: PlaceGiven) {
      const before = JSON.stringify(house.place)
      house.place = { ...house.place, readSeq: Math.max(house.place.readSeq, readSeq) }
      if (draft !== undefined) house.place.draft = draft || null
      if (JSON.stringify(house.place) === before) return
      house.changeSeq++
      for (const hear of hearers) hear(house.changeSeq)
    },
    async put(given: PlaceGiven) {
      house.answer()
      await Promise.resolve()
      house.puts.push(given)
      house.say(given)
      return { place: house.place, receipt: { changeSeq: house.changeSeq } }
    },
    async get() {
      house.answer()
      house.gets++
      return house.place
    },
    answer() {
      if (house.fault) throw new ThreadkeepError(house.fault, 'Not so.', '')
      if (house.isAway) throw new ThreadkeepError('unavailable', 'Away.', '')
    },
    later: (work: () => void, ms: number) => void timers.push({ at: house.now + ms, work }),
    async pass(ms: number) {
      const end = house.now + ms
      await settled()
      for (let due; (due = timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0]);) {
        timers.splice(timers.indexOf(due), 1)
        house.now = due.at
        due.work()
        await settled()
      }
      house.now = end
    },
  }
  return house
}

function aDevice(house: ReturnType<typeof aHouse>, { isKept = true } = {}) {
  const device = { draft: '', agreed: '', read: null as number | null, isBarred: false }
  const places = new Places(
    { get: () => house.get(), put: (_, given) => house.put(given) },
    {
      draftOf: () => device.draft,
      takeDraft: (_, text) => void (device.draft = text),
      agreedOf: () => device.agreed,
      agree: (_, text) => void (device.agreed = text),
      readTo: () => device.read,
      noteRead: (_, seq) => readOn(seq),
      isKept: () => isKept,
      isBarred: () => device.isBarred,
      turn: (work) => work(),
      now: () => house.now,
      later: house.later,
    },
  )
  const readOn = (seq: number) => {
    device.read = Math.max(device.read ?? 0, seq)
    places.read(t)
  }
  const type = (text: string) => {
    device.draft = text
    places.written(t)
  }
  house.hearers.add((changeSeq) => places.heard(t, changeSeq))
  return Object.assign(device, { places, readOn, type })
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 1))
