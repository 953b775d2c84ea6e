// Which folders and files may be opened as a store, which are refused and with what words, and what a migration leaves behind.
import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { keptOrThrow } from '../../src/core/receipt.ts'
import type { Store } from '../../src/core/store.ts'
import { migrationsOf } from '../../src/store/migrations.ts'
import { copyStore } from '../../src/store/sqlite/backup.ts'
import { storeAsSql } from '../../src/store/sqlite/backup-as-sql.ts'
import { openReading, openWriting } from '../../src/store/sqlite/connection.ts'
import { applicationId } from '../../src/store/sqlite/connection.ts'
import { acceptance, schemaOf } from '../../src/store/sqlite/inspect.ts'
import { worded } from '../../src/store/sqlite/in-words.ts'
import { migrate } from '../../src/store/sqlite/migrate.ts'
import { refuseNewerOrAltered } from '../../src/store/sqlite/provenance.ts'
import { schemaReport } from '../../src/store/sqlite/schema-report.ts'
import { Home } from '../crash/home.ts'
import { secondMigration, secondStatements } from '../crash/second-migration.ts'
import { Victim } from '../crash/victim.ts'
import { created, said } from './commits.ts'
import { heldByAnother, wholly } from './holder.ts'

const accept = /threadkeep accept/
const migrations = migrationsOf('sqlite')
const newest = migrations.at(-1)?.number ?? 0
const next = newest + 1
/** Before, between and after the statements of the second migration. */
const cuts = [...secondStatements.keys(), secondStatements.length]

describe('a new store', () => {
  it('is made with its folder, and only its owner may look into either', async () => {
    using home = new Home()
    await using store = await home.open()
    expect(store.about).toMatchObject({ created: true, engine: 'sqlite', durability: 'disk' })
    expect(modeOf(home.folder)).toBe('700')
    expect([home.file, `${home.file}-wal`, home.card].map(modeOf)).toEqual(['600', '600', '600'])
  })

  it('is made in a folder that lies deeper than the data folder', async () => {
    using home = new Home()
    const file = join(home.folder, 'a', 'b', 'c.db')
    await using store = await home.open({ file })
    expect(existsSync(store.about.file)).toBe(true)
    expect(modeOf(dirname(file))).toBe('700')
  })

  it('is made where an empty file stands', async () => {
    using home = new Home()
    put(home.file, '')
    await using store = await home.open()
    expect(store.about.created).toBe(true)
    expect(modeOf(home.file)).toBe('600')
  })

  it('is not made where one was expected', async () => {
    using home = new Home()
    for (const _ of ['the first time', 'and the second'])
      expect(await refusal(home, { expected: true })).toSatisfy(
        saying(home.file, /no store/, /THREADKEEP_EXPECT_STORE/),
      )
    expect(existsSync(home.file)).toBe(false)
  })

  it('says where it is, which schema it has, and how long it took', async () => {
    using home = await lived()
    await using store = await home.open({ expected: true })
    const { openedInMs, ...about } = store.about
    const known = { engine: 'sqlite', file: home.file, schemaVersion: newest, durability: 'disk' }
    expect(about).toEqual({ ...known, created: false })
    expect(openedInMs).toBeGreaterThan(0)
  })

  it('that cannot be made says so instead of beginning elsewhere', async () => {
    using home = new Home()
    put(home.folder, 'a file where the folder should be')
    expect(await refusal(home)).toSatisfy(saying(home.folder, /EEXIST|ENOTDIR/, /Check that/))
  })
})

describe('an ephemeral store', () => {
  it('keeps what it is told, and never says that it is safe', async () => {
    using home = new Home()
    await using store = await home.open({ ephemeral: true })
    const { receipt } = await say(store, 'hello')
    expect([store.about.durability, receipt.durability]).toEqual(['none', 'none'])
    expect((await store.message('ann', 't', receipt.id))?.text).toBe('hello')
  })
})

describe('a data folder in use', () => {
  it('is refused to a second opener in the same process, until the first closes', async () => {
    using home = new Home()
    {
      await using first = await home.open()
      expect(await refusal(home)).toSatisfy(
        saying(home.folder, /in use/, `pid ${process.pid}`, /THREADKEEP_DATA/),
      )
      await say(first, 'not disturbed')
    }
    await using second = await home.open()
    expect(await wordsIn(second)).toEqual(['not disturbed'])
  })

  it('is refused to another process by the words of which process has it, until that one is killed', async () => {
    using home = new Home()
    await using victim = new Victim(home)
    await victim.firstAck()
    expect(await refusal(home)).toSatisfy(
      saying(home.folder, /in use/, `pid ${victim.pid}`, /Stop that process/),
    )
    await victim.kill()
    await using store = await home.open()
    expect(store.about.created).toBe(false)
  })
})

describe('a store that is not what the folder remembers', () => {
  it('is refused when the file is gone', async () => {
    using home = await lived()
    rmSync(home.file)
    expect(await refusal(home)).toSatisfy(saying(home.file, /not there/, '4 commits', accept))
    expect(existsSync(home.file)).toBe(false)
  })

  it('is refused when the file is empty', async () => {
    using home = await lived()
    writeFileSync(home.file, '')
    expect(await refusal(home)).toSatisfy(saying(home.file, /empty/, '4 commits', accept))
  })

  it('is refused when an older copy was put back', async () => {
    using home = await lived()
    home.copyAside()
    await live(home)
    home.putBack()
    expect(await refusal(home)).toSatisfy(
      saying(home.file, /older/, '4 commits', '7 were acknowledged', accept),
    )
  })

  it('is taken when the newest copy was put back', async () => {
    using home = await lived()
    home.copyAside()
    home.edit('DELETE FROM messages')
    home.putBack()
    await using store = await home.open()
    expect(await wordsIn(store)).toEqual(['one', 'two', 'three'])
  })

  it('is refused when a copy from before a kill -9 was put back', async () => {
    using home = await killed()
    home.copyAside()
    await using victim = new Victim(home, 1)
    await victim.firstAck()
    await victim.kill()
    home.putBack()
    expect(await refusal(home)).toSatisfy(saying(home.file, /older/, accept))
  })

  it('is refused when a copy of the running store was put back after a kill -9', async () => {
    using home = new Home()
    await using victim = new Victim(home)
    await victim.firstAck()
    victim.pause()
    home.copyAside()
    victim.goOn()
    await victim.newCommits()
    await victim.kill()
    home.putBack()
    expect(await refusal(home)).toSatisfy(saying(home.file, /older/, accept))
  })

  it('is refused when the -wal file is gone after a kill -9', async () => {
    using home = await killed()
    expect(statSync(`${home.file}-wal`).size).toBeGreaterThan(0)
    rmSync(`${home.file}-wal`)
    expect(await refusal(home)).toSatisfy(saying(home.file, /older/, /-wal/, accept))
  })

  it('is refused when the -wal file was cut short after a kill -9', async () => {
    using home = await killed()
    writeFileSync(`${home.file}-wal`, readFileSync(`${home.file}-wal`).subarray(0, 40_000))
    expect(await refusal(home)).toSatisfy(saying(home.file, /older/, /-wal/, accept))
  })

  it('is taken after a kill -9 with all of its files', async () => {
    using home = await killed()
    await using store = await home.open()
    expect(store.about.created).toBe(false)
  })

  it('is refused when it is the store of another folder', async () => {
    using home = await lived()
    using other = new Home()
    await (await other.open())[Symbol.asyncDispose]()
    cpSync(other.file, home.file)
    expect(await refusal(home)).toSatisfy(saying(home.file, /another store/, accept))
  })

  it.each([
    ['no JSON', '{"program":"threadkeep",'],
    ['empty', ''],
    ['another program’s', '{"program":"otherkeep"}'],
    ['no object', 'null'],
    ['without a number', '{"program":"threadkeep","storeId":"x","commitNumber":"4"}'],
  ])('is refused when its card is %s', async (_, card) => {
    using home = await lived()
    writeFileSync(home.card, card)
    expect(await refusal(home)).toSatisfy(saying(home.card, /cannot be read/, accept))
    expect(readFileSync(home.card, 'utf8')).toBe(card)
  })

  it('is taken, with a new card, when it has none', async () => {
    using home = await lived()
    rmSync(home.card)
    await using store = await home.open()
    expect(await wordsIn(store)).toEqual(['one', 'two', 'three'])
    expect(JSON.parse(readFileSync(home.card, 'utf8'))).toMatchObject({ commitNumber: 4 })
  })
})

describe('a file of another program', () => {
  it.each(['DELETE', 'WAL'])('in %s mode is refused and left as it is', async (mode) => {
    using home = new Home()
    put(home.file, '')
    home.edit(
      `PRAGMA journal_mode = ${mode}`,
      'CREATE TABLE songs (name TEXT)',
      `INSERT INTO songs VALUES ('x')`,
    )
    const before = fingerprints(home)
    expect(await refusal(home)).toSatisfy(
      saying(home.file, /another program/, /not touched/, /THREADKEEP_STORE/),
    )
    expect(fingerprints(home)).toEqual(before)
  })

  it('in use by that program is refused, and nothing that it wrote is lost', async () => {
    using home = new Home()
    put(home.file, '')
    using theirs = new DatabaseSync(home.file)
    theirs.exec('PRAGMA journal_mode = WAL; CREATE TABLE songs (name TEXT); INSERT INTO songs VALUES (1)')
    expect(await refusal(home)).toSatisfy(saying(home.file, /another program/, /THREADKEEP_STORE/))
    theirs.exec('INSERT INTO songs VALUES (2)')
    expect(rowsOf(home.file, 'SELECT * FROM songs')).toHaveLength(2)
  })

  it('that calls itself ours but has no meta is refused and left as it is', async () => {
    using home = new Home()
    put(home.file, '')
    home.edit(`PRAGMA application_id = ${applicationId}`, 'CREATE TABLE users (name TEXT)')
    const before = fingerprints(home)
    expect(await refusal(home)).toSatisfy(saying(home.file, /another program/, /THREADKEEP_STORE/))
    expect(fingerprints(home)).toEqual(before)
  })

  it.each(['Dear diary, today I wrote a text file.', 'x'])('that is a text is refused: %s', async (text) => {
    using home = new Home()
    put(home.file, text)
    expect(await refusal(home)).toSatisfy(saying(home.file, /not a SQLite database/, /THREADKEEP_STORE/))
    expect(readFileSync(home.file, 'utf8')).toBe(text)
  })

  it('that begins like a database and is none is refused', async () => {
    using home = new Home()
    put(home.file, `SQLite format 3\0${'nothing of the kind '.repeat(100)}`)
    expect(await refusal(home)).toSatisfy(saying(home.file, /database/))
  })
})

describe('a damaged file', () => {
  it('cut in half is refused by words and not by the driver’s', async () => {
    using home = await lived()
    writeFileSync(home.file, readFileSync(home.file).subarray(0, statSync(home.file).size / 2))
    expect(await refusal(home)).toSatisfy(saying(home.file, /damaged|database/))
  })

  it('with its schema overwritten is refused by words and not by the driver’s', async () => {
    using home = await lived()
    const bytes = readFileSync(home.file)
    writeFileSync(home.file, bytes.fill(0xaa, 200, 16_384))
    expect(await refusal(home)).toSatisfy(saying(home.file, /damaged|database/))
  })
})

describe('a file that cannot be worked with', () => {
  it('without its first bytes is damaged, and not a stranger’s, where the folder remembers a store', async () => {
    using home = await lived()
    const bytes = readFileSync(home.file)
    writeFileSync(home.file, bytes.fill(0xaa, 0, 100))
    const text = await refusal(home)
    expect(text).toSatisfy(saying(home.file, /first bytes are not those of a database/, /doctor --salvage/))
    expect(text).not.toMatch(/THREADKEEP_STORE/)
  })

  it('because another program holds it wholly is refused by words, until it is let go', async () => {
    using home = await lived()
    {
      await using _ = await heldByAnother(home.file, wholly)
      expect(await refusal(home)).toSatisfy(saying(home.file, /Another program holds/, /Close whatever/))
    }
    expect(await wordsOf(home)).toEqual(['one', 'two', 'three'])
  })

  it('because it is a folder is refused by words, to the opening and to whoever looks', async () => {
    using home = await lived()
    rmSync(home.file)
    mkdirSync(home.file)
    expect(await refusal(home)).toSatisfy(saying(home.file, /could not be opened/, /Check that it is a file/))
    const looks = [
      () => schemaOf(home.file),
      () => acceptance(home.file, home.folder),
      () => [...storeAsSql(home.file)],
    ]
    for (const look of looks) expect(look).toThrow(ThreadkeepError)
    await expect(copyStore(home.file, home.aside, `${home.aside}-chains`)).rejects.toThrow(ThreadkeepError)
  })

  it('is let go of by what refused it', async () => {
    using home = await lived()
    renameSync(home.file, home.aside)
    mkdirSync(home.file)
    await refusal(home)
    rmdirSync(home.file)
    renameSync(home.aside, home.file)
    expect(await wordsOf(home)).toEqual(['one', 'two', 'three'])
  })

  it('because its lock is something else is refused, and nobody is told to restore a backup', async () => {
    using home = await lived()
    writeFileSync(join(home.folder, 'lock'), 'a lock '.repeat(1_000))
    const text = await refusal(home)
    expect(text).toSatisfy(saying(join(home.folder, 'lock'), /Move it away/))
    expect(text).not.toMatch(/backup/)
    rmSync(join(home.folder, 'lock'))
    expect(await wordsOf(home)).toEqual(['one', 'two', 'three'])
  })

  it.each([
    ['a disk that fails', { errcode: 10 }, 'store_refused', /^f could not be opened/],
    [
      'a file that may not be opened',
      { code: 'EACCES', syscall: 'open' },
      'store_refused',
      /^f could not be/,
    ],
    ['a full disk', { code: 'ENOSPC', syscall: 'write' }, 'storage_full', /no room on the disk/],
    ['a full disk, by SQLite', { errcode: 13 }, 'storage_full', /no room on the disk/],
  ])('because of %s is told as that', (_, told, code, message) => {
    const fault = Object.assign(new Error('it said'), told)
    expect(worded('f', fault)).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  it('because of a mistake of ours is told as that mistake', () => {
    const fault = new TypeError('it is ours')
    expect(worded('f', fault)).toBe(fault)
  })
})

describe('a schema that is not ours', () => {
  it('is refused when it is newer than this program can read', async () => {
    using home = await lived()
    home.edit(`UPDATE meta SET value = 99 WHERE name IN ('schema_version', 'oldest_code')`)
    expect(await refusal(home)).toSatisfy(saying(home.file, 'schema 99', `up to ${newest}`, /newer version/))
  })

  it('is taken when it is newer and says that this program can read it', async () => {
    using home = await lived()
    home.edit(`UPDATE meta SET value = 99 WHERE name = 'schema_version'`)
    await using store = await home.open()
    expect(store.about.schemaVersion).toBe(99)
    expect(await wordsIn(store)).toEqual(['one', 'two', 'three'])
  })

  it.each([
    ['a dropped index', 'DROP INDEX messages_persona', 'messages: messages_persona'],
    [
      'an index made otherwise',
      'DROP INDEX runs_open; CREATE INDEX runs_open ON runs (user)',
      'runs: runs_open',
    ],
    ['an added column', 'ALTER TABLE users ADD COLUMN shoe_size INTEGER', 'users.shoe_size'],
    ['a renamed column', 'ALTER TABLE messages RENAME COLUMN tag TO label', 'messages.label'],
    ['a dropped column', 'ALTER TABLE messages DROP COLUMN format', 'messages.format'],
    ['an added table', 'CREATE TABLE extra (x INTEGER) STRICT', 'extra'],
    ['a dropped table', 'DROP TABLE bin', 'bin'],
  ])('is refused and named line by line: %s', async (_, alteration, name) => {
    using home = await lived()
    home.edit(alteration)
    expect(await refusal(home)).toSatisfy(
      saying(home.file, /tables or indexes/, /threadkeep doctor --schema/),
    )
    expect(differences(home.file).map((line) => line.name)).toContain(name)
  })

  it('has no differences to report when nothing was altered', async () => {
    using home = await lived()
    expect(differences(home.file)).toEqual([])
    await using store = await home.open()
    expect((await store.upkeep.schema()).length).toBeGreaterThan(100)
  })

  it('is refused when it was migrated by other words than ours', async () => {
    using home = await lived()
    home.edit(`UPDATE meta SET value = 'edited' WHERE name LIKE 'migration 0001%'`)
    expect(await refusal(home)).toSatisfy(saying(home.file, '0001-conversations', /version of Threadkeep/))
  })
})

describe('a migration', () => {
  it('is nothing that a new store needs a snapshot for', async () => {
    using home = await lived()
    expect(existsSync(home.snapshots)).toBe(false)
  })

  it('is done one after the other on a store of the first schema, each after a snapshot', async () => {
    using home = new Home()
    mkdirSync(home.folder)
    const first = openWriting(home.file, 'FULL')
    migrate(first, migrations.slice(0, 1), home.snapshots)
    first.exec(`INSERT INTO users (id, change_seq, created_at) VALUES ('ann', 0, 1)`)
    first.close()
    await using store = await home.open()
    expect([await store.user('ann'), store.about.schemaVersion]).toMatchObject([{ id: 'ann' }, newest])
    expect(readdirSync(home.snapshots)).toHaveLength(migrations.length - 1)
    expect(differences(home.file)).toEqual([])
  })

  it('takes a snapshot first, and leaves the old rows readable under the new schema', async () => {
    using home = await lived()
    expect(migrateToNext(home)).toMatchObject({ schema_version: next, oldest_code: next })
    expect(rowsOf(home.file, 'SELECT id, nickname FROM users')).toEqual([{ id: 'ann', nickname: 'ann' }])
    expect(rowsOf(home.file, 'SELECT text FROM messages ORDER BY seq')).toHaveLength(3)
    expect(rowsOf(snapshotOf(home), 'SELECT text FROM messages ORDER BY seq')).toHaveLength(3)
    expect(differences(snapshotOf(home))).toEqual([])
  })

  it('is done once', async () => {
    using home = await lived()
    migrateToNext(home)
    const before = fingerprints(home)
    migrateToNext(home)
    expect(fingerprints(home)).toEqual(before)
  })

  it('makes a store that today’s program refuses', async () => {
    using home = await lived()
    migrateToNext(home)
    expect(await refusal(home)).toSatisfy(saying(home.file, `schema ${next}`, /snapshot/))
  })

  it.each(cuts)('that fails after %i statements leaves the file as it was, and a snapshot', async (after) => {
    using home = await lived()
    const before = contentsOf(home.file)
    const broken = secondStatements.toSpliced(after, Infinity, 'INSERT INTO nowhere VALUES (1)')
    expect(() => migrateToNext(home, broken)).toThrow(/nowhere/)
    expect(contentsOf(home.file)).toEqual(before)
    expect(contentsOf(snapshotOf(home))).toEqual(before)
    expect(await broughtOn(home)).toEqual(whole)
  })

  it.each(cuts)('that is killed after %i statements leaves the file as it was', async (after) => {
    using home = await lived()
    const before = contentsOf(home.file)
    const killed = spawnSync(process.execPath, [migrationProgram, home.file, home.snapshots, `${after}`])
    expect(killed.signal).toBe('SIGKILL')
    expect(contentsOf(snapshotOf(home))).toEqual(before)
    expect(await broughtOn(home)).toEqual(whole)
  })
})

const migrationProgram = new URL('../crash/migration.ts', import.meta.url).pathname

/** As after a restart with today's program, and then with tomorrow's. */
async function broughtOn(home: Home): Promise<object> {
  const words = await wordsOf(home)
  const { schema_version: version } = migrateToNext(home)
  return { words, version, moods: rowsOf(home.file, 'SELECT mood FROM moods') }
}

async function wordsOf(home: Home): Promise<string[]> {
  await using store = await home.open()
  return await wordsIn(store)
}

const whole = { words: ['one', 'two', 'three'], version: next, moods: [{ mood: 'calm' }] }

/** What `openSqlite` does with tomorrow's list. */
function migrateToNext(home: Home, statements?: string[]): Record<string, unknown> {
  using db = openWriting(home.file, 'FULL')
  const tomorrow = [...migrations, secondMigration(statements)]
  refuseNewerOrAltered(db, home.file, tomorrow)
  migrate(db, tomorrow, home.snapshots)
  refuseNewerOrAltered(db, home.file, tomorrow)
  const rows = db.prepare('SELECT name, value FROM meta').all()
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
}

const snapshotOf = (home: Home): string => {
  const [first] = readdirSync(home.snapshots)
  return join(home.snapshots, must(first, 'there is a snapshot'))
}

/** Closed in good order with four commits: a thread and three messages. Lived through once, and copied from then on. */
async function lived(): Promise<Home> {
  once ??= liveOnce()
  const home = new Home()
  cpSync((await once).folder, home.folder, { recursive: true })
  return home
}

let once: Promise<Home> | undefined
afterAll(async () => (await once)?.[Symbol.dispose]())

async function liveOnce(): Promise<Home> {
  const home = new Home()
  await using store = await home.open()
  keptOrThrow(await store.commit({ user: 'ann', at: 1, changes: [created('t')] }))
  for (const words of ['one', 'two', 'three']) await say(store, words)
  return home
}

async function live(home: Home): Promise<void> {
  await using store = await home.open()
  for (const words of ['four', 'five', 'six']) await say(store, words)
}

async function killed(): Promise<Home> {
  const home = new Home()
  await using victim = new Victim(home)
  await victim.firstAck()
  await victim.kill()
  return home
}

async function say(store: Store, words: string) {
  const changes = [created('t', { unless: 'there' }), said('t', words)]
  return keptOrThrow(await store.commit({ user: 'ann', at: 1, changes }))
}

async function wordsIn(store: Store): Promise<string[]> {
  const page = await store.messages('ann', 't', { limit: 200 })
  return must(page, 'the thread is there').messages.map(({ text }) => text)
}

/** The words of a refusal: what was found, and what to do. */
async function refusal(home: Home, besides: Parameters<Home['open']>[0] = {}): Promise<string> {
  const fault = await home.open(besides).then(
    () => expect.fail('it was opened'),
    (fault: unknown) => fault,
  )
  if (!(fault instanceof ThreadkeepError)) throw fault
  expect(fault.code).toBe('store_refused')
  return `${fault.message} ${fault.hint}`
}

const saying =
  (...words: (string | RegExp)[]) =>
  (text: string): boolean =>
    words.every((word) => (typeof word === 'string' ? text.includes(word) : word.test(text)))

const differs = ({ expected, found }: { expected: string | null; found: string | null }) => expected !== found

function differences(file: string) {
  using db = openReading(file)
  return schemaReport(db, migrations).filter(differs)
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

/** Every file beside the lock, by its bytes. */
function fingerprints(home: Home): Record<string, string> {
  const names = readdirSync(home.folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => !name.startsWith('lock') && statSync(join(home.folder, name)).isFile())
  return Object.fromEntries(
    files.toSorted().map((name) => [name, hash('sha256', readFileSync(join(home.folder, name)))]),
  )
}

function rowsOf(file: string, sql: string): object[] {
  using db = new DatabaseSync(file)
  return db
    .prepare(sql)
    .all()
    .map((row) => ({ ...row }))
}

/** Its schema and all of its rows. */
function contentsOf(file: string): object {
  const schema = rowsOf(file, 'SELECT name, sql FROM sqlite_schema ORDER BY name')
  const tables = rowsOf(file, `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`) as {
    name: string
  }[]
  return { schema, rows: tables.map(({ name }) => rowsOf(file, `SELECT * FROM "${name}"`)) }
}
