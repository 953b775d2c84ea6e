// A message that is sent is kept once and answered once, whatever happens between the client and the house.
import { describe, expect, it } from 'vitest'
import type { RunEntry } from '../../src/core/run-log.ts'
import { type AnswerEvent, type ClientOptions, createClient } from '../../src/client/client.ts'
import { randomFrom, seeds } from '../random.ts'
import { answeredText, endFrames, finishedMessage, keptFrame, saidFrames, ScriptedHouse, startedFrame, type Trouble } from './scripted-house.ts' // prettier-ignore

const quick = { waitMs: 0.1, waitMsMax: 1 }
const clientOf = ({ url }: ScriptedHouse, options: Partial<ClientOptions> = {}) =>
  createClient({ url, retry: quick, ...options })

/** What somebody saw who put every event where it says it belongs. */
async function drawn(events: AsyncIterable<AnswerEvent>): Promise<{ text: string; types: string[] }> {
  const parts: string[] = []
  const types: string[] = []
  for await (const event of events) {
    if (event.type !== types.at(-1)) types.push(event.type)
    if (event.type === 'run.delta' && event.kind === 'text')
      parts[event.part] = (parts[event.part] ?? '') + event.text
    if (event.type === 'run.snapshot') parts.splice(0, parts.length, event.message.text)
  }
  return { text: parts.join(''), types }
}

describe('an answer', () => {
  it('tells what was kept, what comes, and how it ended', async () => {
    await using house = await ScriptedHouse.open()
    const answer = clientOf(house).send('t1', { text: 'Which roses?', tag: 'garden' })
    expect(await answer.kept).toMatchObject({
      message: { text: 'Which roses?' },
      receipt: { durability: 'disk' },
    })
    const { text, types } = await drawn(answer)
    expect(text).toBe(answeredText)
    expect(types).toEqual(['message.kept', 'run.started', 'run.delta', 'run.part', 'run.delta', 'run.ended', 'message.finished']) // prettier-ignore
    expect((await answer.finished).text).toBe(answeredText)
    expect(house.seen[0]?.body).toEqual({ id: answer.id, text: 'Which roses?', tag: 'garden', reply: true })
  })

  it('tells the same to everybody who iterates, also afterwards', async () => {
    await using house = await ScriptedHouse.open()
    const answer = clientOf(house).send('t1', { text: 'Hi' })
    const [one, other] = await Promise.all([drawn(answer), drawn(answer)])
    await answer.finished
    expect([one, other]).toEqual([await drawn(answer), await drawn(answer)])
    expect(house.seen).toHaveLength(1)
  })

  it('has its parts and words at hand', async () => {
    await using house = await ScriptedHouse.open({ cutAt: 100_000, by: 'silence' })
    house.entries = house.entries.slice(0, 4)
    const answer = clientOf(house).send('t1', { text: 'Hi' })
    expect(answer.runId).toBeNull()
    await answer.finished
    expect(answer.parts.map(({ type }) => type)).toEqual(['reasoning', 'tool-call', 'text'])
    expect([answer.text, answer.runId]).toEqual(['You said: ', 'r1'])
  })
})

describe('what is sent', () => {
  it.each<[string, ...Trouble[]]>([
    ['503 with Retry-After', { status: 503, headers: { 'retry-after': '0' } }],
    ['429 with a date', { status: 429, headers: { 'retry-after': new Date(0).toUTCString() } }],
    ['502 from a proxy', { status: 502, body: '<h1>Bad gateway</h1>' }],
    ['a reset before it was kept', 'reset'],
    ['a reset after it was kept', 'reset once kept'],
    ['all of them', { status: 503 }, 'reset', { status: 504 }, 'reset once kept', { status: 429 }],
  ])('is sent again after %s, under the same id and in the same bytes', async (_, ...troubles) => {
    await using house = await ScriptedHouse.open(...troubles)
    const answer = clientOf(house).send('t1', { text: 'Hi' })
    expect((await answer.finished).text).toBe(answeredText)
    expect(house.seen).toHaveLength(troubles.length + 1)
    expect(new Set(house.seen.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect([...house.kept.keys()]).toEqual([answer.id])
  })

  it.each([400, 401, 403, 404, 410, 413, 415, 422, 500, 507])(
    'is not sent again after %i',
    async (status) => {
      const error = {
        code: 'invalid',
        message: 'No.',
        hint: 'Do.',
        requestId: 'q1',
        details: { known: ['a'] },
      }
      await using house = await ScriptedHouse.open({
        status,
        body: JSON.stringify({ error, threadId: 't1' }),
      })
      const answer = clientOf(house).send('t1', { text: 'Hi' })
      const details = { status, requestId: 'q1', known: ['a'], threadId: 't1' }
      await expect(answer.kept).rejects.toMatchObject({
        code: 'invalid',
        message: 'No.',
        hint: 'Do.',
        details,
      })
      await expect(answer.finished).rejects.toMatchObject({ code: 'invalid' })
      await expect(drawn(answer)).rejects.toMatchObject({ code: 'invalid' })
      expect(house.seen).toHaveLength(1)
    },
  )

  it('is not sent again when the model failed, which has words of ours in its 502', async () => {
    const error = { code: 'model_failed', message: 'The model failed.', hint: 'Ask again.', requestId: 'q1' }
    await using house = await ScriptedHouse.open({
      status: 502,
      body: JSON.stringify({ error, messageId: 'm1' }),
    })
    const failing = clientOf(house).chat('Hi')
    await expect(failing).rejects.toMatchObject({ code: 'model_failed', details: { messageId: 'm1' } })
    expect(house.seen).toHaveLength(1)
  })

  it('waits as long as it is asked to, and not longer than it has patience', async () => {
    await using house = await ScriptedHouse.open(
      { status: 503, headers: { 'retry-after': '1' } },
      { status: 429, headers: { 'retry-after': '61' } },
    )
    const start = performance.now()
    const failing = clientOf(house).send('t1', { text: 'Hi' }).kept
    await expect(failing).rejects.toMatchObject({ code: 'too_many', details: { retryAfterMs: 61_000 } })
    expect(performance.now() - start).toBeGreaterThanOrEqual(990)
    expect(house.seen).toHaveLength(2)
  })

  it('is given up after as many tries as were allowed, with what to do next', async () => {
    await using house = await ScriptedHouse.open(...Array<Trouble>(9).fill('reset'))
    const failing = clientOf(house, { retry: { ...quick, triesMax: 4 } }).send('t1', { text: 'Hi' }).kept
    await expect(failing).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /^POST \/v1\/threads\/t1\/messages has no answer: .+ \(4 tries\)$/,
      ) as string,
      hint: expect.stringContaining('the same id') as string,
      details: { tries: 4 },
    })
    expect(house.seen).toHaveLength(4)
  })

  it('is tried as often as is said for it alone, and its answer is followed as ever', async () => {
    await using house = await ScriptedHouse.open('reset', { cutAt: 700, by: 'reset' })
    const asked = { id: 'm1', text: 'Hi', userId: 'ada', retry: { triesMax: 1 } }
    const failing = clientOf(house).send('t1', asked).kept
    await expect(failing).rejects.toMatchObject({ code: 'unavailable', message: expect.not.stringContaining('tries') as string }) // prettier-ignore
    expect(house.seen).toHaveLength(1)
    const again = clientOf(house).send('t1', asked)
    expect((await again.finished).text).toBe(answeredText)
    expect(house.seen.length).toBeGreaterThan(2)
    expect(house.seen[1]?.body).toEqual({ id: 'm1', text: 'Hi', userId: 'ada', reply: true })
  })

  it('goes through when the house comes back in time', async () => {
    const house = await ScriptedHouse.open()
    const { url } = house
    await house[Symbol.asyncDispose]()
    const failing = createClient({ url, retry: { ...quick, triesMax: 2 } }).send('t1', {
      text: 'Hi',
    }).finished
    await expect(failing).rejects.toThrow('ECONNREFUSED')
  })
})

describe('a stream', () => {
  const lengthOf = (entries: readonly RunEntry[]) =>
    Buffer.byteLength(JSON.stringify([...saidFrames(entries, null), ...endFrames(entries), keptFrame({})])) +
    600

  it.each(['reset', 'end'] as const)(
    'that is cut at any byte by a %s has the same words and one id',
    async (by) => {
      await using house = await ScriptedHouse.open()
      const client = clientOf(house)
      const cutAt = async (bytes: number) => {
        house.troublesOf.set(`Cut at ${bytes}`, [{ cutAt: bytes, by }])
        const answer = client.send('t1', { text: `Cut at ${bytes}` })
        const { text } = await drawn(answer)
        expect([text, (await answer.finished).text], `cut at ${bytes}`).toEqual([answeredText, answeredText])
      }
      const length = lengthOf(house.entries)
      for (let from = 0; from < length; from += 100)
        await Promise.all(Array.from({ length: 100 }, (_, i) => cutAt(from + i)))
      expect(house.kept.size).toBe(new Set(house.sentIds).size)
      expect(house.seen.length).toBeGreaterThan(1500)
    },
  )

  it.each(seeds(20))('that is cut again and again has the same words and one id (seed %i)', async (seed) => {
    const { int, pick } = randomFrom(seed)
    const cut = (): Trouble =>
      pick<Trouble>([
        'reset',
        'reset once kept',
        { status: 503 },
        { cutAt: int(1500), by: pick(['reset', 'end']) },
      ])
    await using house = await ScriptedHouse.open(...Array.from({ length: 5 }, cut))
    house.entries = Array.from({ length: int(30) }, (_, i): RunEntry => ({ type: 'delta', part: 0, kind: 'text', text: pick(['ž', '🌹', `${i}`, 'word ']) })) // prettier-ignore
    const answer = clientOf(house).send('t1', { text: 'Hi' })
    const { text } = await drawn(answer)
    expect(text).toBe(house.entries.map((entry) => (entry.type === 'delta' ? entry.text : '')).join(''))
    expect([...house.kept.keys()]).toEqual([answer.id])
    expect(new Set(house.sentIds)).toEqual(new Set([answer.id]))
  })

  it('that is silent is taken up elsewhere', async () => {
    await using house = await ScriptedHouse.open({ cutAt: 800, by: 'silence' })
    const answer = clientOf(house, { silenceMsMax: 50 }).send('t1', { text: 'Hi' })
    expect((await drawn(answer)).text).toBe(answeredText)
    expect(house.seen[1]?.path).toMatch(/^\/v1\/threads\/t1\/runs\/r1\/events\?after=1\.\d+\.\d$/)
  })

  it('may say again what was there, and it is not there twice', async () => {
    await using house = await ScriptedHouse.open({ cutAt: 1000, by: 'end' })
    const again = [startedFrame, ...saidFrames(house.entries, null), ...endFrames(house.entries)]
    house.troubles.push({ instead: again })
    const { text, types } = await drawn(clientOf(house).send('t1', { text: 'Hi' }))
    expect(text).toBe(answeredText)
    expect(types.filter((type) => type === 'run.started')).toHaveLength(1)
  })

  it('that leaves something out is asked for it', async () => {
    await using house = await ScriptedHouse.open()
    const kept = keptFrame({ id: 'm1' })
    const said = saidFrames(house.entries, null)
    house.troubles.push({
      instead: [kept, ...said.slice(0, 2), ...said.slice(4), ...endFrames(house.entries)],
    })
    expect((await drawn(clientOf(house).send('t1', { text: 'Hi' }))).text).toBe(answeredText)
    expect(house.seen.map(({ method }) => method)).toEqual(['POST', 'GET'])
  })

  it('that is rewound drops what did not survive', async () => {
    await using house = await ScriptedHouse.open()
    const was = saidFrames([{ type: 'delta', part: 0, kind: 'text', text: 'Your roses are re' }], null)
    const survived: RunEntry[] = [{ type: 'delta', part: 0, kind: 'text', text: 'Your roses' }]
    const rewound = { event: 'run.rewound', data: { to: '1.10.0' } }
    house.troubles.push(
      { instead: [keptFrame({ id: 'm1' }), ...was] },
      { instead: [rewound, ...endFrames(survived)] },
    )
    const answer = clientOf(house).send('t1', { text: 'Hi' })
    const texts: string[] = []
    for await (const { type } of answer) texts.push(`${type} ${answer.text}`)
    expect(texts).toContain('run.rewound Your roses')
    expect((await answer.finished).text).toBe('Your roses')
  })

  it('may give the whole answer at once in the place of what was there', async () => {
    await using house = await ScriptedHouse.open({ cutAt: 1000, by: 'reset' })
    const snapshot = { event: 'run.snapshot', id: '2.99.1', data: { message: finishedMessage(house.entries) } } // prettier-ignore
    house.troubles.push({ instead: [snapshot, ...endFrames(house.entries)] })
    const answer = clientOf(house).send('t1', { text: 'Hi' })
    const { text, types } = await drawn(answer)
    expect(types).toContain('run.snapshot')
    expect([text, answer.text]).toEqual([answeredText, answeredText])
  })

  it('that is cut for ever is given up, however often it says the same', async () => {
    await using house = await ScriptedHouse.open()
    const rewound = { event: 'run.rewound', data: { to: '1.0.0' } }
    house.troubles.push(
      { instead: [keptFrame({ id: 'm1' })] },
      ...Array.from({ length: 20 }, () => ({ instead: [rewound] })),
    )
    const answer = clientOf(house, { retry: { ...quick, triesMax: 5 } }).send('t1', { text: 'Hi' })
    await expect(answer.finished).rejects.toMatchObject({ code: 'unavailable', details: { tries: 5 } })
    await expect(answer.kept).resolves.toMatchObject({ runId: 'r1' })
  })

  it('that is no stream is an error with words', async () => {
    await using house = await ScriptedHouse.open({ status: 200, body: '<html>Sign in to the hotel</html>' })
    const failing = clientOf(house).send('t1', { text: 'Hi' }).kept
    await expect(failing).rejects.toMatchObject({
      code: 'internal',
      hint: expect.stringContaining('proxy') as string,
    })
  })

  it('that keeps a message which nobody answers yet says so', async () => {
    await using house = await ScriptedHouse.open()
    const kept = keptFrame({ id: 'm1' })
    house.troubles.push({
      instead: [{ ...kept, data: { ...(kept.data as object), runId: null, replyId: null } }],
    })
    const answer = clientOf(house).send('t1', { text: 'Hi' })
    await expect(answer.kept).resolves.toMatchObject({ message: { id: 'm1' } })
    await expect(answer.finished).rejects.toMatchObject({ code: 'unavailable', details: { messageId: 'm1' } })
  })
})

describe('looking away', () => {
  it('ends only the looking', async () => {
    await using house = await ScriptedHouse.open({ cutAt: 1000, by: 'silence' })
    const away = new AbortController()
    const answer = clientOf(house).send('t1', { text: 'Hi', signal: away.signal })
    await answer.kept
    away.abort(new Error('enough'))
    await expect(answer.finished).rejects.toThrow('enough')
    await expect(drawn(answer)).rejects.toThrow('enough')
    await expect.poll(() => house.closedByReader).toBe(1)
    expect(house.stopped).toEqual([])
    expect(house.seen).toHaveLength(1)
  })

  it('ends the waiting for another try, too', async () => {
    await using house = await ScriptedHouse.open({ status: 503, headers: { 'retry-after': '50' } })
    const signal = AbortSignal.timeout(100)
    await expect(clientOf(house).send('t1', { text: 'Hi', signal }).kept).rejects.toThrow('timeout')
    expect(house.seen).toHaveLength(1)
  })

  it('before it was sent sends nothing', async () => {
    await using house = await ScriptedHouse.open()
    const signal = AbortSignal.abort(new Error('never'))
    await expect(clientOf(house).send('t1', { text: 'Hi', signal }).kept).rejects.toThrow('never')
    expect(house.kept.size).toBe(0)
  })

  it('from a loop leaves the others be', async () => {
    await using house = await ScriptedHouse.open()
    const answer = clientOf(house).send('t1', { text: 'Hi' })
    for await (const { type } of answer) if (type === 'run.delta') break
    expect((await answer.finished).text).toBe(answeredText)
  })
})

describe('stopping', () => {
  it('is a request of its own, and waits for the message to be kept', async () => {
    await using house = await ScriptedHouse.open('reset')
    const answer = clientOf(house).send('t1', { text: 'Hi' })
    expect(await answer.stop()).toMatchObject({ status: 'stopped' })
    expect(house.stopped).toEqual(['/v1/threads/t1/runs/r1/stop'])
  })

  it('fails with the message', async () => {
    await using house = await ScriptedHouse.open({ status: 404 })
    await expect(clientOf(house).send('t1', { text: 'Hi' }).stop()).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(house.stopped).toEqual([])
  })
})

describe('following', () => {
  it('goes on from a pending message of a page', async () => {
    await using house = await ScriptedHouse.open()
    const said = house.entries.slice(0, 5)
    const runPosition = saidFrames(said, null).at(-1)?.id ?? ''
    const message = { ...finishedMessage(said), status: 'pending', runPosition } as never
    const following = clientOf(house).follow('t1', 'r1', { message })
    expect(following.text).toBe('You said: žluté růže 🌹')
    const { text } = await drawn(following)
    expect(text).toBe('🌹 by the wall.')
    expect([following.text, following.position?.split('.')[0]]).toEqual([answeredText, '1'])
    expect(house.seen[0]?.path).toBe(`/v1/threads/t1/runs/r1/events?after=${runPosition}`)
  })

  it('begins at the start without a position', async () => {
    await using house = await ScriptedHouse.open()
    expect((await drawn(clientOf(house).follow('t1', 'r1'))).text).toBe(answeredText)
    expect(house.seen[0]?.path).toBe('/v1/threads/t1/runs/r1/events')
  })
})
