// The model of the tests does what it is told, so that what the house does can be seen.
import { describe, expect, it } from 'vitest'
import { ModelError, type ModelEvent, type ModelRequest } from '../../src/core/model.ts'
import { atGate, deaf, end, hang, says, type Script, scriptedModel } from '../../src/model/scripted.ts'

describe('a play', () => {
  it('is said word by word, and ended', async () => {
    expect(await perform([says('Hello ', 'there')])).toEqual([text('Hello '), text('there'), end()])
  })

  it('may hold any event', async () => {
    const part: ModelEvent = { type: 'part', part: { type: 'source', url: 'https://example.org' } }
    const events: ModelEvent[] = [{ type: 'reasoning', text: 'hm' }, part, end({ outputTokens: 3 })]
    expect(await perform([events])).toEqual(events)
  })

  it('may be cut: it stops without an end', async () => {
    expect(await perform([['Hel']])).toEqual([text('Hel')])
  })

  it('may fail at any point, with what was said before', async () => {
    const fault = new ModelError('overloaded', 'Too busy.', { retryAfterMs: 5 })
    const seen: ModelEvent[] = []
    await expect(listen(scriptedModel([['Hel', fault]]).stream(request()), seen)).rejects.toBe(fault)
    expect(seen).toEqual([text('Hel')])
  })

  it.each([
    ['hangs', [hang]],
    ['waits at the gate', [atGate]],
  ])('that %s ends when it is aborted, with the reason', async (_, play) => {
    const stop = new AbortController()
    const model = scriptedModel([play])
    const heard = listen(model.stream(request(stop.signal)))
    expect(model.open).toBe(1)
    stop.abort(new Error('enough'))
    await expect(heard).rejects.toThrow('enough')
    expect([model.open, model.gate.waiting]).toEqual([0, 0])
  })

  it('may be deaf to the abort', async () => {
    const stop = new AbortController()
    const model = scriptedModel([[deaf]])
    const heard = listen(model.stream(request(stop.signal)))
    stop.abort()
    expect(
      await Promise.race([heard, new Promise((resolve) => setTimeout(() => resolve('silence'), 10))]),
    ).toBe('silence')
    expect(model.open).toBe(1)
  })

  it('may not begin once it is aborted', async () => {
    await expect(perform([says('Hi')], AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  })
})

describe('the gate', () => {
  const play = [atGate, 'one', atGate, 'two', end()]

  it('lets the play go on, one wait at a time', async () => {
    const model = scriptedModel([play])
    const seen: ModelEvent[] = []
    const heard = listen(model.stream(request()), seen)
    await model.gate.reached()
    expect(seen).toEqual([])
    model.gate.next()
    await model.gate.reached()
    expect(seen).toEqual([text('one')])
    model.gate.next()
    await heard
    expect(seen).toHaveLength(3)
  })

  it('may be passed before anybody waits, as often as was said', async () => {
    const model = scriptedModel([play])
    model.gate.next(2)
    expect(await Array.fromAsync(model.stream(request()))).toHaveLength(3)
  })

  it('lets one through of two that wait, the first', async () => {
    const model = scriptedModel((_, call) => [atGate, `${call}`, end()])
    const seen: ModelEvent[] = []
    const first = listen(model.stream(request()), seen)
    const second = listen(model.stream(request()), seen)
    model.gate.next()
    await first
    expect(seen).toEqual([text('1'), end()])
    expect(model.gate.waiting).toBe(1)
    model.gate.open()
    await second
  })

  it('keeps the pass of one that was aborted for the next', async () => {
    const stop = new AbortController()
    const model = scriptedModel([[atGate], says('Hi')])
    const heard = listen(model.stream(request(stop.signal)))
    stop.abort(new Error('enough'))
    await expect(heard).rejects.toThrow('enough')
    model.gate.next()
    await model.gate.pass(AbortSignal.timeout(5_000))
  })

  it('may stand open', async () => {
    const model = scriptedModel(() => play)
    model.gate.open()
    await Promise.all([1, 2, 3].map(() => Array.fromAsync(model.stream(request()))))
    expect(model.open).toBe(0)
  })
})

describe('the model remembers', () => {
  it('every request, and how often it was called', async () => {
    const model = scriptedModel([says('a'), says('b')])
    const asked = [request(), request()]
    for (const one of asked) await listen(model.stream(one))
    expect(model.calls).toBe(2)
    expect(model.requests).toEqual(asked)
  })

  it('which play is for which call', async () => {
    const model = scriptedModel(({ instructions }, call) => says(`${instructions} ${call}`))
    await listen(model.stream(request()))
    expect(await Array.fromAsync(model.stream(request()))).toEqual([text('Be kind. 2'), end()])
  })

  it('when it was called more often than the script has plays', () => {
    expect(() => scriptedModel([]).stream(request())).toThrow('The script has 0 plays, and this is call 1.')
  })

  it('that a reader who leaves has left', async () => {
    const model = scriptedModel([says('a', 'b')])
    for await (const _ of model.stream(request())) break
    expect(model.open).toBe(0)
  })
})

const text = (words: string): ModelEvent => ({ type: 'text', text: words })

function request(signal = new AbortController().signal): ModelRequest {
  return { instructions: 'Be kind.', messages: [], maxOutputTokens: 100, signal }
}

const perform = (script: Script, signal?: AbortSignal) =>
  Array.fromAsync(scriptedModel(script).stream(request(signal)))

async function listen(stream: AsyncIterable<ModelEvent>, seen: ModelEvent[] = []): Promise<void> {
  for await (const event of stream) seen.push(event)
}
