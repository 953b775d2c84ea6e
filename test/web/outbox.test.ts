import { describe, expect, it } from 'vitest'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { type Carry, Dispatch } from '../../web/chat/dispatch.ts'
import { Outbox, type Shelf, type Unsent } from '../../web/chat/outbox.ts'

describe('the outbox', () => {
  it('is there again after a reload, oldest first', () => {
    const shelf = shelfOf()
    const outbox = new Outbox(shelf, 'ada')
    outbox.put(unsent('b', { at: 2 }))
    outbox.put(unsent('a', { at: 1 }))
    expect(new Outbox(shelf, 'ada').all.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('may not show one person what another left unsent', () => {
    const shelf = shelfOf()
    new Outbox(shelf, 'ada').put(unsent('a'))
    expect(new Outbox(shelf, 'bea').all).toEqual([])
  })

  it('does not lose what another tab put down', () => {
    const shelf = shelfOf()
    const [one, other] = [new Outbox(shelf, 'ada'), new Outbox(shelf, 'ada')]
    one.put(unsent('a'))
    other.put(unsent('b'))
    one.reread()
    expect(one.all).toHaveLength(2)
  })

  it('throws when there is no room, and holds nothing then', () => {
    const outbox = new Outbox({ ...shelfOf(), setItem: full }, 'ada')
    expect(() => outbox.put(unsent('a'))).toThrow('full')
    expect(outbox.all).toEqual([])
  })

  it('lets the next message follow the answer of the one that was kept', () => {
    const outbox = new Outbox(shelfOf(), 'ada')
    outbox.put(unsent('a', { at: 1 }))
    outbox.put(unsent('b', { at: 2, after: 'a' }))
    outbox.kept('a', 'answer to a')
    expect(outbox.all).toEqual([unsent('b', { at: 2, expectedHead: 'answer to a' })])
  })
})

describe('what carries it', () => {
  it('sends in order inside a thread, the next when the last is kept', async () => {
    const { outbox, sent, start } = world()
    outbox.put(unsent('a', { at: 1 }))
    outbox.put(unsent('b', { at: 2 }))
    await start()
    expect(sent).toEqual(['a', 'b'])
    expect(outbox.all).toEqual([])
  })

  it('sends the same id again until it is kept', async () => {
    const { outbox, sent, start, later } = world(['unavailable', 'unauthenticated', 'too_many', null])
    outbox.put(unsent('a'))
    await start()
    expect(outbox.all).toHaveLength(1)
    while (later.length > 0) await later.shift()?.()
    expect(sent).toEqual(['a', 'a', 'a', 'a'])
    expect(outbox.all).toEqual([])
  })

  it('waits longer each time, and never longer than half a minute', async () => {
    const { outbox, start, later, waits } = world(Array.from({ length: 8 }, () => 'unavailable'))
    outbox.put(unsent('a'))
    await start()
    for (let round = 0; round < 6; round++) await later.shift()?.()
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  })

  it('may not try again what was refused, and goes on with the next', async () => {
    const { outbox, sent, start } = world(['too_large', null])
    outbox.put(unsent('a', { at: 1 }))
    outbox.put(unsent('b', { at: 2 }))
    await start()
    expect(sent).toEqual(['a', 'b'])
    expect(outbox.all.map(({ id, refusal }) => [id, refusal?.message])).toEqual([['a', 'No: too_large.']])
    await start()
    expect(sent).toEqual(['a', 'b'])
  })

  it('may not send twice at once, however often it is started', async () => {
    const { outbox, sent, dispatch } = world()
    outbox.put(unsent('a'))
    dispatch.start()
    dispatch.start()
    await settled()
    expect(sent).toEqual(['a'])
  })
})

const unsent = (id: string, given: Partial<Unsent> = {}): Unsent => ({
  id,
  threadId: 't',
  text: id,
  at: 1,
  personaId: null,
  isFirst: false,
  ...given,
})

function shelfOf(): Shelf {
  const items = new Map<string, string>()
  return {
    get length() {
      return items.size
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  }
}

function full(): never {
  throw new Error('full')
}

/** A house that answers each try with the next of these codes; null, and all after them: it is kept. */
function world(codes: (ThreadkeepError['code'] | null)[] = []) {
  const outbox = new Outbox(shelfOf(), 'ada')
  const sent: string[] = []
  const later: (() => Promise<void>)[] = []
  const waits: number[] = []
  const carry: Carry = async ({ id }) => {
    const code = codes[sent.length] ?? null
    sent.push(id)
    if (code !== null) throw new ThreadkeepError(code, `No: ${code}.`, '')
    return { replyId: `answer to ${id}` }
  }
  const dispatch = new Dispatch(outbox, carry, (work, ms) => {
    waits.push(ms)
    later.push(async () => {
      work()
      await settled()
    })
  })
  const start = async () => {
    dispatch.start()
    await settled()
  }
  return { outbox, sent, later, waits, dispatch, start }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))
