// threadkeep verify against a real house on a port: what is well passes and leaves nothing behind, and each planted fault is found and
// named.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { verify } from '../../src/cli/verify.ts'
import { createClient } from '../../src/client/client.ts'
import type { Model, ModelEvent, ModelRequest } from '../../src/core/model.ts'
import { end } from '../../src/model/scripted.ts'
import { type Threadkeep, threadkeep } from '../../src/server.ts'
import { pause } from '../chat/talk.ts'
import { type Meddling, meddlerBefore } from './meddler.ts'

let folder = ''
let keep: Threadkeep
let url = ''
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'threadkeep-verify-'))
  const doors = { host: '127.0.0.1', port: '0', guestsPerHour: '1000' }
  keep = await threadkeep({ store: 'memory:', model: gardener, ...doors, log: () => undefined })
  url = (await keep.listen()).url
})
afterEach(async () => {
  await keep.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('threadkeep verify', () => {
  it('finds a house in order at every step', async () => {
    const { code, out } = await verified(`--url ${url}`)
    expect(stepsIn(out)).toEqual(['ok who', 'ok send', 'ok resume', 'ok read back', 'ok send again', 'ok other words', 'ok other reader', 'ok stop', 'ok forget']) // prettier-ignore
    expect([code, out]).toEqual([0, expect.stringContaining('All of it is so')])
  })

  it('cuts its answer in the middle, and stops one in the middle', async () => {
    const { out } = await verified(`--url ${url}`)
    expect(out).toMatch(/Cut after [1-9]\d* bytes and taken up: all \d{3} are there/)
    expect(out).toMatch(/Stopped, and [1-9]\d* bytes are kept/)
  })

  it('is the same two guests every time, and leaves nothing of theirs', async () => {
    const guests = join(folder, 'guests.json')
    const first = await verified(`--url ${url} --guests ${guests}`)
    const kept = readFileSync(guests, 'utf8')
    const second = await verified(`--url ${url} --guests ${guests}`)
    expect([first.out, second.out]).toEqual([expect.stringContaining('2 of them were made'), expect.stringContaining('0 of them were made')]) // prettier-ignore
    expect([readFileSync(guests, 'utf8'), first.code, second.code]).toEqual([kept, 0, 0])
    for (const token of (JSON.parse(kept) as { tokens: string[] }).tokens)
      for (const state of ['active', 'archived', 'binned'] as const)
        expect((await createClient({ url, token }).threads.page({ state })).threads).toEqual([])
  })

  it('makes guests anew that the house does not know', async () => {
    const guests = join(folder, 'guests.json')
    await verified(`--url ${url} --guests ${guests}`)
    await keep.close()
    keep = await threadkeep({ store: 'memory:', model: gardener, host: '127.0.0.1', port: new URL(url).port })
    await keep.listen()
    expect(await verified(`--url ${url} --guests ${guests}`)).toMatchObject({ code: 0, out: expect.stringContaining('2 of them were made') }) // prettier-ignore
  })

  it('is whoever it is given the token of, and refuses to be the stranger too', async () => {
    const [ann, bob] = await Promise.all([createClient({ url }).guest(), createClient({ url }).guest()])
    expect((await verified(`--url ${url} --token ${ann.token} --other-token ${bob.token}`)).code).toBe(0)
    const { code, out } = await verified(`--url ${url} --token ${ann.token} --other-token ${ann.token}`)
    expect([code, out]).toEqual([1, expect.stringMatching(/FAIL +who .*same user/)])
    expect((await verified(`--url ${url} --token wrong`)).out).toMatch(/FAIL +who/)
  })

  it('says it in JSON to a machine', async () => {
    const { code, out } = await verified(`--url ${url} --json`)
    const report = JSON.parse(out) as { ok: boolean; steps: { step: string; ok: boolean; ms: number }[] }
    expect([code, report.ok, report.steps.length]).toEqual([0, true, 9])
    expect(report.steps[0]).toMatchObject({ step: 'who', ok: true, ms: expect.any(Number) as number })
  })

  it('ends with 2 where nobody answers, with what to do', async () => {
    const { code, err } = await verified('--url http://127.0.0.1:9')
    expect([code, err]).toEqual([2, expect.stringMatching(/No house answers at .*threadkeep start.*--restart/)]) // prettier-ignore
  })

  it.each(['--timeout 0', '--timeout x', '--data here'])('ends with 2 for %s', async (words) => {
    expect((await verified(words)).code).toBe(2)
  })
})

describe('a planted fault', () => {
  it.each<[string, string, Meddling]>([
    ['another word in what was kept', 'send', { event: (event) => event.replace(/(message\.kept[^]*)Verification/, '$1Verificatiom') }], // prettier-ignore
    ['another byte in what is heard', 'resume', { event: inDeltas('Roses', 'Rosas') }],
    ['a character less in what is heard', 'resume', { event: inDeltas('word 9 ', 'word 9') }],
    ['an event that is dropped', 'resume', { event: (event) => (event.includes('word 9 ') ? null : event) }],
    ['an event that is dropped once', 'resume', { event: onceWithout('word 9 ') }],
    ['an end that is not told', 'resume', { event: (event) => (event.includes('run.ended') ? null : event) }],
    ['another byte on a page', 'read back', { answered: ({ status, text }) => ({ status, text: text.replace(/("messages"[^]*)žlutý/, '$1zlutý') }) }], // prettier-ignore
    ['other words of the answer on a page', 'read back', { answered: ({ status, text }) => ({ status, text: text.replace(/("messages"[^]*)word 30/, '$1word 31') }) }], // prettier-ignore
    ['a message that is not on a page', 'read back', { asked: ({ method, path }) => ({ path: method === 'GET' && path.endsWith('/messages') ? `${path}?limit=1` : path }) }], // prettier-ignore
    ['a repeated send that is new', 'send again', { event: (event) => event.replace('"replayed"', '"kept"') }], // prettier-ignore
    ['other words that are taken', 'other words', { asked: ({ body }) => ({ body: body.replace(' And more.', '') }) }], // prettier-ignore
    ['a stranger who is let in', 'other reader', lettingIn()],
    ['a stranger who is told that it is not for them', 'other reader', tellingApart((text) => ({ status: 403, text }))], // prettier-ignore
    ['a stranger who is told more than of what never was', 'other reader', tellingApart((text) => ({ status: 404, text: text.replace('There is no', 'You may not see the') }))], // prettier-ignore
    ['a stop that nobody hears', 'stop', { asked: ({ method, path }) => (/runs\/.*\/stop$/.test(path) ? { method: 'GET', path: path.replace(/\/stop$/, '') } : { method }), answered: ({ status, text }, { path }) => ({ status, text: status === 200 && path.endsWith('/stop') ? `{"run":${text}}` : text }) }], // prettier-ignore
    ['a thread that is only put into the bin', 'forget', { asked: ({ method, path }) => (method === 'DELETE' ? { method: 'GET', path: path.replace('?forever=true', '') } : null) }], // prettier-ignore
  ])('%s is found by the step "%s"', async (_, step, meddling) => {
    await using meddler = await meddlerBefore(url, meddling)
    const { code, out } = await verified(`--url ${meddler.url} --timeout 10`)
    expect(stepsIn(out).filter((line) => line.startsWith('FAIL'))).toEqual([`FAIL ${step}`])
    expect(code).toBe(1)
  })

  it('of none the same proxy is well', async () => {
    await using meddler = await meddlerBefore(url, {})
    expect((await verified(`--url ${meddler.url}`)).code).toBe(0)
  })

  it('does not keep what was said from being taken away again', async () => {
    const guests = join(folder, 'guests.json')
    await using meddler = await meddlerBefore(url, { event: inDeltas('Roses', 'Rosas') })
    await verified(`--url ${meddler.url} --guests ${guests}`)
    const [token = ''] = (JSON.parse(readFileSync(guests, 'utf8')) as { tokens: string[] }).tokens
    expect((await createClient({ url, token }).threads.page()).threads).toEqual([])
  })

  it('a house that hangs is left when the time is over', async () => {
    const never = new Promise<never>(() => undefined)
    const answered: Meddling['answered'] = (answer, { path }) => (path.endsWith('/messages') ? never : answer)
    await using meddler = await meddlerBefore(url, { answered })
    const began = performance.now()
    const { code, out } = await verified(`--url ${meddler.url} --timeout 2`)
    expect([code, out]).toEqual([1, expect.stringMatching(/FAIL +read back .*no more time/)])
    expect(performance.now() - began).toBeLessThan(8_000)
  })
})

describe('threadkeep verify --restart', () => {
  it('kills a house in mid-answer and finds everything again, and leaves no folder', async () => {
    const { code, out } = await verified('--restart')
    expect(stepsIn(out)).toEqual(['ok begin', 'ok kill', 'ok begin again', 'ok read back', 'ok send again', 'ok forget']) // prettier-ignore
    expect(code).toBe(0)
    expect(existsSync(/A house in (\S+)\./.exec(out)?.[1] ?? folder)).toBe(false)
  })

  it.each([
    [
      'what was acknowledged is gone',
      'DELETE FROM run_events; DELETE FROM runs; DELETE FROM messages; DELETE FROM threads',
    ],
    ['a word of it is another', "UPDATE messages SET text = replace(text, 'bicycle', 'bicycla')"],
    ['its answer was not written down on its way', 'DELETE FROM run_events'],
  ])('finds that %s', async (_, sql) => {
    const data = join(folder, 'data')
    const meddle = (line: string) => {
      if (!/^ok +kill /.test(line)) return
      using db = new DatabaseSync(join(data, 'threadkeep.db'))
      db.exec(sql)
    }
    const { code, out } = await verified(`--restart --data ${data}`, meddle)
    expect([code, out]).toEqual([1, expect.stringMatching(/FAIL +(read back|begin again) /)])
  })

  it('does not take a folder that is in use', async () => {
    const data = join(folder, 'data')
    await using _ = await threadkeep({ data, model: gardener, log: () => undefined })
    const { code, out } = await verified(`--restart --data ${data}`)
    expect([code, out]).toEqual([1, expect.stringMatching(/FAIL +begin .*in use by another process/)])
  })
})

async function verified(
  words: string,
  heard: (line: string) => void = () => undefined,
): Promise<{ code: number; out: string; err: string }> {
  using log = vi.spyOn(console, 'log').mockImplementation(heard)
  using error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const code = await verify(words.split(' '))
  return { code, out: log.mock.calls.join('\n'), err: error.mock.calls.join('\n') }
}

/** What it says of each step, without times and words. */
const stepsIn = (out: string): string[] =>
  out.split('\n').flatMap((line) => {
    const [, verdict, step] = /^(ok|FAIL) +(\w+(?: \w+)?) +\d+ ms/.exec(line) ?? []
    return verdict ? [`${verdict} ${step ?? ''}`] : []
  })

function inDeltas(word: string, other: string): (event: string) => string {
  return (event) => (event.includes('run.delta') ? event.replace(word, other) : event)
}

function onceWithout(words: string): (event: string) => string | null {
  let isDropped = false
  return (event) => {
    if (isDropped || !event.includes(words)) return event
    isDropped = true
    return null
  }
}

/** Everybody is taken for the first who came with a token. */
function lettingIn(): Meddling {
  let first = ''
  const asked: Meddling['asked'] = ({ headers, path }) => {
    const own = headers.get('authorization') ?? ''
    if (path.includes('/messages')) first ||= own
    if (path.includes('/threads/') && first !== '') headers.set('authorization', first)
    return null
  }
  return { asked }
}

/** Of the thread that was spoken in, and of no other. */
function tellingApart(tell: (text: string) => { status: number; text: string }): Meddling {
  let threadId = ''
  return {
    asked: ({ method, path }) => {
      if (method === 'POST') threadId ||= /threads\/([^/]+)\/messages/.exec(path)?.[1] ?? ''
      return null
    },
    answered: ({ status, text }, { path }) =>
      status === 404 && path === `/v1/threads/${threadId}` ? tell(text) : { status, text },
  }
}

/** A voice that takes some time over its words, and longer over a story. */
const gardener: Model = {
  provider: 'garden',
  name: 'garden',
  async *stream({ messages, signal }: ModelRequest): AsyncGenerator<ModelEvent> {
    const isStory = JSON.stringify(messages.at(-1)).includes('long story')
    yield { type: 'text', text: 'Roses bloom: ' }
    for (let n = 0; n < (isStory ? 1_000 : 35); n++) {
      await pause(5)
      signal.throwIfAborted()
      yield { type: 'text', text: `word ${n} ` }
    }
    yield end()
  },
}
