// A store behind its spool, on an engine that is told when to be away: what goes where, and what comes of it.
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Commit } from '../../src/core/change.ts'
import { ThreadkeepError } from '../../src/core/errors.ts'
import type { Kept, Outcome } from '../../src/core/receipt.ts'
import { behindSpool } from '../../src/store/spool/open.ts'
import type { Replaying } from '../../src/store/spool/replay.ts'
import { openSqlite } from '../../src/store/sqlite/open.ts'
import { said, SpoolFolder } from './spool-folder.ts'

type Mood = 'there' | 'away' | 'crowded' | 'silent' | 'ours'

const away = new ThreadkeepError('unavailable', 'Away.', 'Later.', undefined, new Error('ECONNREFUSED'))
const crowded = new ThreadkeepError('unavailable', 'Crowded.', 'Later.')

class Moody implements AsyncDisposable {
  mood: Mood = 'there'
  readonly begun: string[] = []
  readonly logs: string[] = []
  readonly place = new SpoolFolder()
  readonly #rooms = new AsyncDisposableStack()
  store!: Awaited<ReturnType<typeof behindSpool>>

  static async open(): Promise<Moody> {
    const moody = new Moody()
    const { folder } = moody.place
    const sqlite = await openSqlite({ file: join(folder, 'a.db'), folder, ephemeral: false, expected: false })
    const reached = () => {
      if (moody.mood === 'away') throw away
    }
    const commit = async (asked: Commit): Promise<Outcome> => {
      reached()
      if (moody.mood === 'crowded') throw crowded
      if (moody.mood === 'ours') throw new TypeError('ours')
      const outcome = await sqlite.commit(asked)
      if (moody.mood === 'silent') throw away // it was kept, and the answer is lost
      return outcome
    }
    const store = { ...sqlite, commit, catchUp: async () => reached() }
    moody.store = moody.#rooms.use(await behindSpool(store, { folder }))
    return moody
  }

  begin(settle: Replaying['settle'] = async (commit) => ({ commit, begin: this.began })): void {
    const { spool } = this.store
    if (!spool) throw new Error('There is a spool.')
    const log: Replaying['log'] = ({ what }) => void this.logs.push(what)
    this.#rooms.use(spool.begin({ settle, log }))
  }

  began = async ({ receipt, result }: Kept) => void this.begun.push(`${receipt.id} ${result}`)

  async say(...words: Parameters<typeof said>): Promise<string> {
    const outcome = await this.store.commit(said(...words)).catch((fault: ThreadkeepError) => fault.code)
    if (typeof outcome === 'string') return outcome
    return 'receipt' in outcome ? `${outcome.receipt.durability} ${outcome.result}` : outcome.result
  }

  thread = () =>
    this.store.commit({ user: 'ann', at: 1, changes: [{ kind: 'thread.created', threadId: 't1' }] })

  get records(): number {
    return this.store.spool?.gauges()['spool_records'] ?? -1
  }

  texts = async () =>
    (await this.store.messages('ann', 't1', { limit: 200, branch: 'all' }))?.messages.map(({ text }) => text)

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rooms[Symbol.asyncDispose]()
    this.place[Symbol.dispose]()
  }
}

it('stands in only for a store that cannot be reached', async () => {
  await using there = await Moody.open()
  await there.thread()
  there.mood = 'crowded'
  expect(await there.say('m1')).toBe('unavailable')
  there.mood = 'away'
  expect(await there.say('m1')).toBe('spooled kept')
  expect(there.records).toBe(1)
})

it('takes nothing that the store has to judge, and nothing else of whoever waits', async () => {
  await using there = await Moody.open()
  await there.thread()
  const renamed = { kind: 'thread.renamed', threadId: 't1', title: 'Later', titledBy: 'user' } as const
  const rename = (user = 'ann') => there.store.commit({ user, at: 1, changes: [renamed] })
  there.mood = 'away'
  await expect(rename()).rejects.toMatchObject({ code: 'unavailable' })
  expect(await there.say('m1')).toBe('spooled kept')
  there.mood = 'there'
  await expect(rename()).rejects.toThrow(/on its way/)
  expect((await rename('ben')).result).toBe('missing')
  expect(await there.say('m2')).toBe('spooled kept')
})

it('whose answer was lost has it once, and what was asked for with it begins', async () => {
  await using there = await Moody.open()
  await there.thread()
  there.mood = 'silent'
  expect(await there.say('m1')).toBe('spooled kept')
  there.mood = 'there'
  there.begin()
  await expect.poll(() => there.records).toBe(0)
  expect([await there.texts(), there.begun]).toEqual([['m1'], ['m1 replayed']])
})

it('is tried again after a fault of ours, holds up nobody else, and throws nothing away', async () => {
  await using there = await Moody.open()
  await there.thread()
  there.mood = 'away'
  await there.say('m1')
  await there.say('m2', 'from ben', 'ben')
  there.mood = 'there'
  let isFaulty = true
  there.begin(async (commit) => {
    if (commit.user === 'ann' && isFaulty) throw new TypeError('a fault of ours')
    return { commit, begin: there.began }
  })
  await expect.poll(() => there.records).toBe(1)
  isFaulty = false
  await expect.poll(() => there.records, { timeout: 5_000 }).toBe(0)
  expect(await there.texts()).toEqual(['m1'])
  expect(there.place.quarantined).toHaveLength(1) // Ben has no such thread
  expect(there.logs.filter((what) => what.startsWith('ALARM'))).toHaveLength(1)
})

it('away for long is looked at again and again, and goes away in the middle of a replay without loss', async () => {
  await using there = await Moody.open()
  await there.thread()
  there.mood = 'away'
  for (let n = 0; n < 20; n++) await there.say(`m${n}`)
  there.mood = 'there'
  let replays = 0
  there.begin(async (commit) => {
    if (++replays === 10) there.mood = 'away'
    return { commit, begin: there.began }
  })
  await expect.poll(() => there.records).toBe(11)
  expect(await there.say('m20')).toBe('spooled kept')
  there.mood = 'there'
  await expect.poll(() => there.records, { timeout: 5_000 }).toBe(0)
  expect(await there.texts()).toEqual(Array.from({ length: 21 }, (_, n) => `m${n}`))
})
