// The client and the real house understand each other: every verb, and a send whose stream is cut anywhere.
import { describe, expect, it } from 'vitest'
import { type Client, type ClientOptions, createClient } from '../../src/client/client.ts'
import { atGate, end, says } from '../../src/model/scripted.ts'
import { type House, openHouse } from '../house.ts'

type Fetch = NonNullable<ClientOptions['fetch']>
const quick = { waitMs: 0.1, waitMsMax: 1 }

const fetchOf =
  (house: House): Fetch =>
  (request) =>
    house.fetch(request)

async function aGuest(house: House, fetch = fetchOf(house)): Promise<Client> {
  const { token } = await createClient({ url: 'http://house', fetch }).guest()
  return createClient({ url: 'http://house', fetch, token: token ?? null, retry: quick })
}

describe('a client of the house', () => {
  it('says something, hears the answer, and reads both back', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    const thread = await client.threads.create({ title: 'Garden' })
    const answer = client.send(thread.id, { text: 'Which roses?', tag: 'garden' })
    const { message, receipt } = await answer.kept
    expect(message).toMatchObject({ id: answer.id, text: 'Which roses?', tag: 'garden' })
    expect(receipt).toMatchObject({ id: answer.id, result: 'kept', forked: false })
    const types: string[] = []
    for await (const { type } of answer) if (type !== types.at(-1)) types.push(type)
    expect(types).toEqual(['message.kept', 'run.started', 'run.delta', 'run.ended', 'message.finished'])
    const { messages } = await client.messages.page(thread.id)
    expect(messages.map(({ text }) => text)).toEqual(['Which roses?', 'Roses grow by the wall.'])
    expect(await answer.finished).toEqual(messages[1])
    expect(answer.text).toBe('Roses grow by the wall.')
    expect(await client.run(thread.id, answer.runId ?? '')).toMatchObject({ status: 'complete', attempt: 1 })
  })

  it('makes the thread with its first message', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    const threadId = client.newId()
    await client.send(threadId, { text: 'Hi', thread: { title: 'First' } }).finished
    expect(await client.threads.get(threadId)).toMatchObject({ title: 'First', messageCount: 2 })
    await expect(client.send(client.newId(), { text: 'Hi' }).kept).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('has threads by key, a main one, all of them, and gets them out of the bin', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    const [one, same] = await Promise.all([client.threads.byKey('s/1 ž'), client.threads.byKey('s/1 ž')])
    expect(one.id).toBe(same.id)
    expect((await client.threads.main()).id).toBe((await client.threads.main()).id)
    const patch = { title: 'A', pinned: true, context: { language: 'cs' } }
    expect(await client.threads.patch(one.id, patch)).toMatchObject(patch)
    for (let i = 0; i < 5; i++) await client.threads.create({ title: `${i}` })
    const ids = new Set<string>()
    for await (const { id } of client.threads.all({ limit: 2 })) ids.add(id)
    expect(ids.size).toBe(7)
    expect((await client.threads.bin(one.id)).binned).toBe(true)
    expect((await client.threads.page({ state: 'binned' })).threads.map(({ id }) => id)).toEqual([one.id])
    expect((await client.threads.restore(one.id)).binned).toBe(false)
  })

  it('keeps what was said elsewhere, without a persona and with where it came from', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    const { id } = await client.threads.create()
    const given = { role: 'assistant', text: '120 guests.', intent: 'count', confidence: 0.93, sources: [{ page: 4 }] } as const // prettier-ignore
    const { message } = await client.messages.keep(id, given)
    expect(message).toMatchObject({ ...given, personaId: null, runId: null, origin: 'guest' })
    expect(house.model.calls).toBe(0)
    await client.messages.remove(id, message.id)
    expect((await client.messages.page(id)).messages).not.toContainEqual(expect.objectContaining({ text: '120 guests.' })) // prettier-ignore
    expect((await client.messages.restore(id, message.id)).message.text).toBe('120 guests.')
    expect((await client.messages.get(id, message.id)).text).toBe('120 guests.')
  })

  it('notes where somebody is in a thread, and tells another client of theirs', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    const { id } = await client.threads.create()
    const { receipt } = await client.messages.keep(id, { text: 'Roses' })
    expect(await client.threads.place(id)).toEqual({ readSeq: 0, draft: null, draftAt: null })
    const { place } = await client.threads.putPlace(id, { readSeq: 9, draft: 'And the' })
    expect(place).toMatchObject({ readSeq: 1, draft: 'And the' })
    expect(await client.threads.place(id)).toEqual(place)
    const { changes } = await client.changes(receipt.changeSeq)
    expect(changes).toMatchObject([{ kind: 'place.put', threadId: id }])
    const other = await aGuest(house)
    await expect(other.threads.place(id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(other.threads.putPlace(id, { draft: 'x' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('puts marks beside a message, one of each, and takes them off', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    const { id } = await client.threads.create()
    const { message } = await client.messages.keep(id, { text: 'Roses' })
    await client.messages.mark(id, message.id, 'pin', true)
    await client.messages.mark(id, message.id, 'tag', ['garden'])
    await client.messages.mark(id, message.id, 'thumb', 'up')
    const marked = await client.messages.mark(id, message.id, 'thumb', 'down')
    expect(marked.message).toMatchObject({ text: 'Roses', marks: { pin: true, tag: ['garden'], thumb: 'down' } }) // prettier-ignore
    const { message: unmarked } = await client.messages.unmark(id, message.id, 'pin')
    expect(unmarked.marks).toEqual({ tag: ['garden'], thumb: 'down' })
    expect((await client.messages.unmark(id, message.id, 'pin')).message.marks).toEqual(unmarked.marks)
  })

  it('may not put a mark that there is not, nor one on what is not its own', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    const { id } = await client.threads.create()
    const { message } = await client.messages.keep(id, { text: 'Roses' })
    const sideways = 'sideways' as 'up'
    await expect(client.messages.mark(id, message.id, 'thumb', sideways)).rejects.toMatchObject({ code: 'invalid' }) // prettier-ignore
    const other = await aGuest(house)
    await expect(other.messages.mark(id, message.id, 'pin', true)).rejects.toMatchObject({ code: 'not_found' }) // prettier-ignore
    expect((await client.messages.get(id, message.id)).marks).toEqual({})
  })

  it('answers with the receipt alone when a thread is removed for good', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    const { id } = await client.threads.create()
    const answer = await client.threads.bin(id, { forever: true })
    expect(answer).toEqual({ receipt: expect.objectContaining({ result: 'kept' }) as unknown })
    await expect(client.threads.get(id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('reads back to the first message', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    const { id } = await client.threads.create()
    for (let i = 1; i <= 7; i++) await client.messages.keep(id, { text: `${i}` })
    const pages: string[][] = []
    for await (const page of client.messages.older(id, { limit: 3 })) pages.push(page.map(({ text }) => text))
    expect(pages).toEqual([['5', '6', '7'], ['2', '3', '4'], ['1']])
  })

  it('knows itself and who can answer', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    const personas = await client.personas()
    const wish = {
      language: 'pt-BR',
      defaultPersonaId: personas[1]?.id ?? null,
      personaPrompt: { text: 'Short.' },
    }
    expect(await client.patchMe(wish)).toMatchObject(wish)
    expect(await client.me()).toMatchObject(wish)
    await expect(client.chat('Hi', { personaId: 'nobody' })).rejects.toMatchObject({ code: 'unknown_persona', details: { known: personas.map(({ id }) => id), status: 422 } }) // prettier-ignore
  })

  it('has a whole answer in one call, in the same place when it is asked again', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    // A thread with a title of its own asks no model for one.
    await client.threads.patch((await client.threads.main()).id, { title: 'Main' })
    const id = client.newId()
    const first = await client.chat('Hi', { id })
    const again = await client.chat('Hi', { id })
    expect(first).toMatchObject({ response: 'Roses grow by the wall.', messageId: id, status: 'complete' })
    const receipt = { ...first.receipt, result: 'replayed', position: again.receipt.position }
    expect(again).toEqual({ ...first, receipt })
    expect(house.model.calls).toBe(1)
  })

  it('hears of changes, those that were and those that come', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    const { id, receipt } = await client.threads.create()
    const page = await client.changes(0)
    expect(page.changes.at(-1)).toMatchObject({ kind: 'thread.created', threadId: id })
    expect(page.next).toBe(receipt.changeSeq)
    const heard: string[] = []
    const listening = (async () => {
      for await (const { kind } of client.changesStream(page.next)) if (heard.push(kind) === 2) break
    })()
    await client.messages.keep(id, { text: 'A' })
    await client.threads.patch(id, { pinned: true })
    await listening
    expect(heard).toEqual(['message.said', 'thread.changed'])
  })

  it('is told what to do when it is nobody, or asks for what is not its own', async () => {
    await using house = await openHouse()
    const nobody = createClient({ url: 'http://house', fetch: fetchOf(house) })
    await expect(nobody.me()).rejects.toMatchObject({ code: 'unauthenticated', details: { status: 401 } })
    const { id } = await (await aGuest(house)).threads.create()
    const other = await aGuest(house)
    await expect(other.threads.get(id)).rejects.toMatchObject({ code: 'not_found', details: { requestId: expect.any(String) as string } }) // prettier-ignore
    await expect(other.send(id, { text: 'Hi' }).kept).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('an answer under way', () => {
  it('is stopped before its first word, and keeps none', async () => {
    await using house = await openHouse({ script: [[atGate, ...says('never')]] })
    const client = await aGuest(house)
    const { id } = await client.threads.create({ title: 'A' })
    const answer = client.send(id, { text: 'Hi' })
    expect(await answer.stop()).toMatchObject({ status: 'stopped' })
    expect(await answer.finished).toMatchObject({ status: 'stopped', text: '' })
    expect(await client.stop(id)).toEqual([])
  })

  it('is followed from a pending message on another device, and stopped from there', async () => {
    await using house = await openHouse({ script: [['Roses ', 'grow', atGate, ...says(' never')]] })
    const phone = await aGuest(house)
    const { id } = await phone.threads.create({ title: 'A' })
    const away = new AbortController()
    const answer = phone.send(id, { text: 'Hi', signal: away.signal })
    await house.model.gate.reached()
    await expect.poll(() => answer.text).toBe('Roses grow')
    away.abort(new Error('The phone is in a tunnel'))
    await expect(answer.finished).rejects.toThrow('tunnel')
    const pending = (await phone.messages.page(id)).messages.find(({ status }) => status === 'pending')
    if (!pending?.runId) throw new Error('nothing is pending')
    const following = phone.follow(id, pending.runId, { message: pending })
    expect(following.text).toBe('Roses grow')
    await phone.stop(id, { messageId: answer.id })
    expect(await following.finished).toMatchObject({ status: 'stopped', text: 'Roses grow' })
    expect(following.text).toBe('Roses grow')
  })

  it('has another beside it when one is asked for', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    const { id } = await client.threads.create({ title: 'A' })
    const first = await client.send(id, { text: 'Hi' }).finished
    const again = client.answerAgain(id, first.parentId ?? '', { personaId: 'calm_mature' })
    expect((await again.kept).message.id).toBe(first.parentId)
    expect(await again.finished).toMatchObject({ parentId: first.parentId, personaId: 'calm_mature', siblings: { count: 2 } }) // prettier-ignore
  })

  it('is one, though two devices send the same id at once', async () => {
    await using house = await openHouse()
    const client = await aGuest(house)
    const threadId = client.newId()
    const send = () => client.send(threadId, { id: 'm1', text: 'Hi', thread: { title: 'A' } })
    const answers = await Promise.all(Array.from({ length: 20 }, () => send().finished))
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
    expect(house.model.calls).toBe(1)
    expect((await client.messages.page(threadId)).messages).toHaveLength(2)
  })

  it('that fails is finished as failed, and the message stays', async () => {
    await using house = await openHouse({ script: [['Roses ', 'gr']] })
    const client = await aGuest(house)
    const { id } = await client.threads.create({ title: 'A' })
    expect(await client.send(id, { text: 'Hi' }).finished).toMatchObject({
      status: 'failed',
      text: 'Roses gr',
    })
    await expect(client.chat('Hi', { threadId: id })).rejects.toMatchObject({ code: 'model_failed', details: { threadId: id } }) // prettier-ignore
  })
})

describe('a stream of the house', () => {
  const said = ['Žluté ', 'růže 🌹', '🌹', ' by', ' the wall.']
  const reasoned = { type: 'reasoning', text: 'Which roses? ' } as const
  const called = { type: 'part', part: { type: 'tool-call', callId: 'c1', name: 'look', input: {} } } as const

  /** Cuts the first stream after so many bytes, and counts every request. */
  function cutting(house: House) {
    const cuts: number[] = []
    const fetch: Fetch = async (request) => {
      const response = await house.fetch(request)
      const cut = response.headers.get('content-type')?.startsWith('text/event-stream')
        ? cuts.shift()
        : undefined
      return cut === undefined ? response : new Response(firstBytes(response.body, cut), response)
    }
    return { cuts, fetch }
  }

  it('that is cut anywhere, even twice, has the same words, one message and one run', async () => {
    await using house = await openHouse({ script: () => [reasoned, called, ...said, end()] })
    const { cuts, fetch } = cutting(house)
    const client = await aGuest(house, fetch)
    const { id } = await client.threads.create({ title: 'A' })
    for (let at = 0; at < 3200; at += 23) {
      cuts.push(at, 200 + (at % 300))
      const answer = client.send(id, { text: `Cut at ${at}` })
      let text = ''
      for await (const event of answer)
        if (event.type === 'run.delta' && event.kind === 'text') text += event.text
      expect([text, answer.text, (await answer.finished).text], `cut at ${at}`).toEqual(
        Array(3).fill(said.join('')),
      )
      cuts.length = 0
    }
    const sends = Math.ceil(3200 / 23)
    expect(house.model.calls).toBe(sends)
    expect((await client.threads.get(id)).messageCount).toBe(2 * sends)
  })
})

/** Then the connection is gone. */
function firstBytes(body: ReadableStream<Uint8Array> | null, count: number): ReadableStream<Uint8Array> {
  let left = count
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (chunk.length > left) {
        controller.enqueue(chunk.subarray(0, left))
        controller.error(new TypeError('terminated'))
      } else controller.enqueue(chunk)
      left -= chunk.length
    },
  })
  return (body ?? new Blob([]).stream()).pipeThrough(cut)
}
