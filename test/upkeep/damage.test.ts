// F10, F11: whatever happens to the bytes of a store, it is either harmless or told; nobody is shown words that were not said, and what
// can still be read comes back.
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ThreadkeepError } from '../../src/core/errors.ts'
import type { Message } from '../../src/core/message.ts'
import { scriptedModel } from '../../src/model/scripted.ts'
import { threadkeep } from '../../src/server.ts'
import { migrationsOf } from '../../src/store/migrations.ts'
import { openReading } from '../../src/store/sqlite/connection.ts'
import { examineStore } from '../../src/store/sqlite/doctor.ts'
import { salvageStore } from '../../src/store/sqlite/salvage.ts'
import { hasMeta } from '../../src/store/sqlite/migrate.ts'
import { refuseForeign, refuseNewerOrAltered } from '../../src/store/sqlite/provenance.ts'
import { Reader } from '../../src/store/sqlite/reader.ts'
import { attempt } from '../../src/store/sqlite/salvage-rows.ts'
import { Home } from '../crash/home.ts'
import { type Random, randomFrom, seeds } from '../random.ts'
import { created, placePut, refPut, said } from '../store/commits.ts'
import { edit, examined, filledHome, keep, messagesOf } from './kept.ts'

const people = ['ann', 'bob'].flatMap((user) => ['t1', 't2', 't3'].map((thread) => [user, thread] as const))

describe('one bit of the file that is not the one that was written', () => {
  it.each(seeds(1))(
    'is harmless or told, 1,000 times, and no other words are shown (seed %i)',
    async (seed) => {
      using home = await filledHome()
      const truth = shownIn(home.file)
      const whole = readFileSync(home.file)
      const random = randomFrom(seed)
      const became = {
        refused: 0,
        'told at reading': 0,
        'told by the doctor': 0,
        'beside the words': 0,
        harmless: 0,
      }
      for (let i = 0; i < 1000; i++) {
        const at = flipped(home.file, whole, random)
        const read = readBack(home.file, truth, `seed ${seed}, byte ${at}`)
        const found = lookedAt(home) !== 'clean'
        if (read === 'told at reading' || read === 'refused') became[read]++
        else became[found ? 'told by the doctor' : read === 'same' ? 'harmless' : 'beside the words']++
      }
      console.log(`1,000 flips with seed ${seed}: ${JSON.stringify(became)}`)
      expect(became['told at reading']).toBeGreaterThan(0)
    },
    120_000,
  )

  it.each(seeds(1))('does not come through the front door otherwise (seed %i)', async (seed) => {
    using home = await filledHome()
    const truth = shownIn(home.file)
    const whole = readFileSync(home.file)
    const random = randomFrom(seed)
    const became = { 'nothing of it': 0, 'in words': 0 }
    for (let i = 0; i < 12 || (became['in words'] === 0 && i < 100); i++) {
      const at = flipped(home.file, whole, random)
      became[await throughTheDoor(home, truth, `seed ${seed}, byte ${at}`)]++
    }
    expect(became['in words']).toBeGreaterThan(0)
  })

  it('in a word is told by message, and by the doctor, and the rest of the store is read as ever', async () => {
    using home = await filledHome()
    const bytes = readFileSync(home.file)
    const at = bytes.indexOf('ann in t2 says 3')
    bytes[at + 4] = 0x49
    writeFileSync(home.file, bytes)
    await using keep = await threadkeep({ data: home.folder, model: scriptedModel([]), log: () => {} })
    const told = {
      code: 'internal',
      message: expect.stringMatching(/Message m3 .*t2/) as string,
      hint: expect.stringMatching(/threadkeep doctor/) as string,
    }
    await expect(keep.store.messages('ann', 't2', { limit: 20, branch: 'all' })).rejects.toMatchObject(told)
    await expect(keep.store.messagesJson('ann', 't2', { limit: 20, branch: 'all' })).rejects.toMatchObject(
      told,
    )
    await expect(keep.store.message('ann', 't2', 'm3')).rejects.toMatchObject(told)
    expect((await keep.store.message('ann', 't2', 'm2'))?.text).toBe('ann in t2 says 2 éé')
    expect(examined(home).findings).toMatchObject([
      { kind: 'altered_words', where: { user: 'ann', thread: 't2', message: 'm3' } },
    ])
  })
})

describe('a file that was cut', () => {
  it.each([0, 100, 8192, 8193, 40_000])('at %i bytes is told', async (length) => {
    using home = await filledHome()
    truncateSync(home.file, length)
    for (const end of ['-wal', '-shm']) rmSync(home.file + end, { force: true })
    await expect(home.open()).rejects.toBeInstanceOf(ThreadkeepError)
  })
})

describe('a salvage', () => {
  it.each(seeds(6))(
    'brings back whatever can be read, and says what cannot (seed %i)',
    async (seed) => {
      using home = await filledHome()
      const random = randomFrom(seed)
      const truth = await everythingIn(home)
      const bytes = readFileSync(home.file)
      const pages = bytes.length / 8192
      for (let i = 0; i < 4; i++) {
        const page = 1 + random.int(pages - 1)
        for (let at = 0; at < 8192; at++) bytes[page * 8192 + at] = random.int(256)
      }
      const bad = join(dirname(home.folder), 'bad.db')
      writeFileSync(bad, bytes)
      const readable = readableIn(bad)
      using into = new Home()
      if (readable === null) return await refusedInWords(() => salvageStore(bad, into.file))
      const salvaged = await salvageStore(bad, into.file)
      expect(readFileSync(bad).equals(bytes)).toBe(true)
      expect(salvaged.rows['messages'] ?? 0).toBeGreaterThanOrEqual(readable)
      expect(examined(into).findings.filter(({ kind }) => !/stuck/.test(kind))).toEqual([])
      await using store = await into.open({ expected: true })
      for (const [user, thread] of people) {
        const missing =
          salvaged.threads.find((loss) => loss.user === user && loss.thread === thread)?.missing ?? []
        if (!(await store.thread(user, thread))) continue
        const was = truth.get(`${user} ${thread}`) ?? []
        for (const message of await messagesOf(store, user, thread)) {
          expect(message.status === 'deleted' && missing.includes(message.seq) ? 'told' : message.text).toBe(
            message.status === 'deleted' ? 'told' : was.find(({ id }) => id === message.id)?.text,
          )
        }
      }
    },
    60_000,
  )

  it('leaves words that were not said out of the store, and in its report', async () => {
    using home = await filledHome()
    edit(home.file, `UPDATE messages SET text = 'never said' WHERE user = 1 AND thread = 1 AND seq = 3`)
    using into = new Home()
    const { threads } = await salvageStore(home.file, into.file)
    expect(threads).toEqual([
      {
        user: 'ann',
        thread: 't1',
        found: 7,
        missing: [],
        altered: [{ message: 'm3', seq: 3, text: 'never said' }],
      },
    ])
    await using store = await into.open()
    expect(await store.message('ann', 't1', 'm3')).toMatchObject({ status: 'deleted', text: '' })
  })

  it('of a store that is whole is the same store', async () => {
    using home = await homeWithPlaces()
    using into = new Home()
    const truth = await everythingIn(home)
    const { threads, unread, misfits } = await salvageStore(home.file, into.file)
    expect({ threads, unread, misfits }).toEqual({ threads: [], unread: [], misfits: 0 })
    expect(await everythingIn(into)).toEqual(truth)
  })

  it('brings over nothing that belongs to a thread of which nothing is left', async () => {
    using home = await homeWithPlaces()
    edit(home.file, `PRAGMA foreign_keys = OFF; DELETE FROM threads WHERE id = 'empty'`)
    using into = new Home()
    const { rows, after } = await salvageStore(home.file, into.file)
    expect([rows['places'], rows['external_refs'], after.findings]).toEqual([2, 2, []])
    await using store = await into.open()
    expect(await store.place('ann', 't1')).toMatchObject({ readSeq: 2, draft: 'And the' })
    expect(await store.refs('ann', 't1')).toEqual([{ provider: 'openai', externalId: 't1' }])
  })

  it('writes over nothing', async () => {
    using home = await filledHome()
    copyFileSync(home.file, home.aside)
    await expect(salvageStore(home.aside, home.file)).rejects.toMatchObject({
      code: 'store_refused',
      message: /not empty/,
    })
  })
})

type Truth = Map<string, Message[]>

async function everythingIn(home: Home): Promise<Truth> {
  await using store = await home.open()
  const all: Truth = new Map()
  for (const [user, thread] of people) all.set(`${user} ${thread}`, await messagesOf(store, user, thread))
  return all
}

function flipped(file: string, whole: Buffer, random: Random): number {
  const bytes = Buffer.from(whole)
  const at = random.int(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(8))
  writeFileSync(file, bytes)
  for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true })
  return at
}

type Shown = { text: string; role: string; parts?: unknown }

/** What people are shown, thread by thread, by the reading half alone: without the flushes of an opening. */
function shownIn(file: string): Map<string, string> {
  refuseForeign(file)
  using db = openReading(file)
  if (!hasMeta(db)) throw new ThreadkeepError('store_refused', 'no store', 'none')
  refuseNewerOrAltered(db, file, migrationsOf('sqlite'))
  const reader = new Reader(db)
  const shown = new Map<string, string>()
  for (const [user, thread] of people) {
    const page = reader.messagesJson(user, thread, { branch: 'all', limit: 200 })
    if (!page) throw new Error('a thread is not there')
    shown.set(`${user} ${thread}`, page.json)
  }
  return shown
}

function readBack(
  file: string,
  truth: Map<string, string>,
  when: string,
): 'refused' | 'told at reading' | 'same' | 'other' {
  try {
    const shown = shownIn(file)
    for (const [thread, json] of shown) expectOnlyWhatWasSaid(json, truth.get(thread) ?? '[]', when)
    return [...shown].every(([thread, json]) => truth.get(thread) === json) ? 'same' : 'other'
  } catch (fault) {
    if (!(fault instanceof Error) || fault.name === 'AssertionError') throw fault
    return fault instanceof ThreadkeepError && fault.code === 'store_refused' ? 'refused' : 'told at reading'
  }
}

function expectOnlyWhatWasSaid(json: string, truth: string, when: string): void {
  const said = JSON.parse(truth) as Shown[]
  for (const { text, role, parts } of JSON.parse(json) as Shown[]) {
    const was = said.some((message) => same(message, { text, role, parts }))
    expect(was, `${when}: ${role} ${text}`).toBe(true)
  }
}

const same = (a: Shown, b: Shown) =>
  JSON.stringify([a.text, a.role, a.parts]) === JSON.stringify([b.text, b.role, b.parts])

/** Nobody outside hears SQLite's own words, and nothing but an error of ours comes out. */
async function throughTheDoor(
  home: Home,
  truth: Map<string, string>,
  when: string,
): Promise<'in words' | 'nothing of it'> {
  try {
    await using keep = await threadkeep({ data: home.folder, model: scriptedModel([]), log: () => {} })
    for (const [user, thread] of people) {
      const page = await keep.store.messagesJson(user, thread, { branch: 'all', limit: 200 })
      if (page) expectOnlyWhatWasSaid(page.json, truth.get(`${user} ${thread}`) ?? '[]', when)
    }
    for (const [user, thread] of people)
      await keep.store.commit({ user, at: 1, changes: [said(thread, 'one more')] })
    return 'nothing of it'
  } catch (fault) {
    if (!(fault instanceof ThreadkeepError)) throw fault
    if (fault.code !== 'store_refused') expectNoWordsOfSqlite(`${fault.message} ${fault.hint}`, when)
    return 'in words'
  }
}

/** Whoever opens a house looks after it, and may hear what SQLite says; who only uses it may not. */
function expectNoWordsOfSqlite(text: string, when: string): void {
  expect(text, `${when}: the words of SQLite`).not.toMatch(/malformed|SQLITE|database is locked/)
}

function lookedAt(home: Home): 'clean' | 'found' | 'refused' {
  try {
    return examineStore(home.file, home.folder).findings.length === 0 ? 'clean' : 'found'
  } catch {
    return 'refused'
  }
}

/** Not even the schema can be read: then only a backup helps, and that is said. */
/** Ann is somewhere in two of her threads, one of them without a word in it. */
async function homeWithPlaces(): Promise<Home> {
  const home = await filledHome()
  await using store = await home.open()
  await keep(store, 'ann', created('empty'))
  for (const thread of ['t1', 'empty'])
    await keep(
      store,
      'ann',
      placePut(thread, { readSeq: 2, draft: 'And the' }),
      refPut(thread, 'openai', thread),
    )
  return home
}

async function refusedInWords(salvage: () => Promise<unknown>): Promise<void> {
  await expect(salvage()).rejects.toMatchObject({ code: 'store_refused' })
}

/** Each row asked for by its key, alone; null when not even the schema can be read. */
function readableIn(file: string): number | null {
  const db = attempt(() => openReading(file))
  if (!db) return null
  using _ = db
  const one = attempt(() => db.prepare('SELECT * FROM messages NOT INDEXED WHERE key = ?'))
  if (!one) return null
  let readable = 0
  for (let key = 1; key <= 100; key++) if (attempt(() => one.get(key))) readable++
  return readable
}
