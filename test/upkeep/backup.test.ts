// C12: a backup is of one moment, is made beside whoever writes, and counts only after a restore that comes to the same.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { censusOf } from '../../src/store/sqlite/backup-census.ts'
import { openReading } from '../../src/store/sqlite/connection.ts'
import { makeBackup } from '../../src/upkeep/backup.ts'
import { hasManifest } from '../../src/upkeep/manifest.ts'
import { upkeep } from '../../src/upkeep/operator.ts'
import { restore } from '../../src/upkeep/restore.ts'
import { backupNamed, backupsIn, keepNewest, newestVerified } from '../../src/upkeep/shelf.ts'
import { verifyBackup } from '../../src/upkeep/verify-backup.ts'
import { Home } from '../crash/home.ts'
import { randomFrom, seeds } from '../random.ts'
import { created, said } from '../store/commits.ts'
import { edit, examined, filledHome, keep, messagesOf, newlyFilledHome, wordsOf } from './kept.ts'

const sourceOf = (home: Home) => ({ file: home.file, identity: join(home.folder, 'identity.db') })
const backedUp = (home: Home, at?: number) => makeBackup(sourceOf(home), home.aside, at)

describe('a backup', () => {
  it('holds a moment of a store that 64 writers write to, and a restore of it comes to the same', async () => {
    using home = await filledHome()
    using other = new Home()
    await using store = await home.open()
    const writing = new AbortController()
    const users = Array.from({ length: 64 }, (_, i) => `writer-${i}`)
    for (const user of users) await keep(store, user, created('t'))
    const writers = users.map(async (user) => {
      let sent = 0
      for (; !writing.signal.aborted; sent++)
        await keep(store, user, said('t', `words ${sent} of ${user}`, { id: `m${sent}` }))
      return sent
    })
    await new Promise((resolve) => setTimeout(resolve, 150))
    const { folder, manifest } = await backedUp(home)
    await new Promise((resolve) => setTimeout(resolve, 50))
    writing.abort()
    const written = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0)
    expect(manifest.counts['messages']).toBeLessThan(written + 48)
    expect(manifest.counts['messages']).toBeGreaterThan(64)
    await verifyBackup(folder)
    await restore({ backup: folder, file: other.file, folder: other.folder, acceptOlder: false })
    {
      using db = openReading(other.file)
      expect(censusOf(db)).toEqual({
        storeId: store.storeId,
        schemaVersion: manifest.schemaVersion,
        commitNumber: manifest.commitNumber,
        counts: manifest.counts,
      })
    }
    expect(examined(other).findings).toEqual([])
    await using restored = await other.open({ expected: true })
    for (const user of users) {
      const words = await wordsOf(restored, user, 't')
      expect(words).toEqual((await wordsOf(store, user, 't')).slice(0, words.length))
    }
  })

  it('takes the guests along', async () => {
    using home = await filledHome()
    edit(
      join(home.folder, 'identity.db'),
      `PRAGMA journal_mode = WAL`,
      `CREATE TABLE guests (id TEXT)`,
      `INSERT INTO guests VALUES ('ann')`,
    )
    using other = new Home()
    const { folder } = await backedUp(home)
    await restore({ backup: folder, file: other.file, folder: other.folder, acceptOlder: false })
    using db = openReading(join(other.folder, 'identity.db'))
    expect(db.prepare('SELECT id FROM guests').get()).toEqual({ id: 'ann' })
  })

  it('of a store that was killed has what was acknowledged and lies only in its log', async () => {
    using home = new Home()
    await using store = await home.open()
    await keep(store, 'ann', created('t'), said('t', 'only in the log'))
    const { folder } = await backedUp(home)
    await verifyBackup(folder)
    using other = new Home()
    await restore({ backup: folder, file: other.file, folder: other.folder, acceptOlder: false })
    await using restored = await other.open()
    expect(await wordsOf(restored, 'ann', 't')).toEqual(['only in the log'])
  })

  it('goes through a pipe as a tar that tar reads', async () => {
    using home = await filledHome()
    mkdirSync(home.aside)
    const tar = join(home.aside, 'backup.tar')
    for await (const piece of upkeep.backupAsTar({ store: `sqlite:${home.file}`, data: home.folder }))
      appendFileSync(tar, piece)
    execFileSync('tar', ['-xf', tar, '-C', home.aside])
    expect(execFileSync('tar', ['-tf', tar], { encoding: 'utf8' }).trim().split('\n').at(-1)).toBe(
      'threadkeep-backup/manifest.json',
    )
    await verifyBackup(join(home.aside, 'threadkeep-backup'))
  })

  it('is refused of what is not a store, in words', async () => {
    using home = new Home()
    await expect(backedUp(home)).rejects.toMatchObject({ code: 'store_refused', message: /no store at/ })
    await expect(upkeep.backupTo({ store: 'memory:', data: home.folder }, home.aside)).rejects.toMatchObject({
      code: 'config',
    })
    await expect(
      upkeep.backupTo({ store: 'postgres://h/d', data: home.folder }, home.aside),
    ).rejects.toMatchObject({ hint: /docs\/backup\.md/ })
  })
})

describe('a backup that was cut off', () => {
  it('by kill -9 in the middle never verifies, and the next one does', async () => {
    using home = await newlyFilledHome(60)
    let cut = 0
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, [
        join(import.meta.dirname, 'endless-backups.ts'),
        home.file,
        home.folder,
        home.aside,
      ])
      await once(child.stdout, 'data')
      await new Promise((resolve) => setTimeout(resolve, 3 + round * 7))
      child.kill('SIGKILL')
      await once(child, 'exit')
      for (const name of readdirSync(home.aside)) {
        const folder = join(home.aside, name)
        if (!name.endsWith('.unfinished') || hasManifest(folder)) continue
        cut++
        await expect(verifyBackup(folder)).rejects.toMatchObject({ code: 'store_refused' })
      }
    }
    expect(cut).toBeGreaterThan(0)
    expect(backupsIn(home.aside).some((folder) => folder.endsWith('.unfinished'))).toBe(false)
    await verifyBackup((await backedUp(home)).folder)
  })

  it('is taken away a day later, and no sooner', async () => {
    using home = await filledHome()
    const at = Date.UTC(2026, 5, 1)
    const left = join(home.aside, '20260601T000000000Z.unfinished')
    mkdirSync(left, { recursive: true })
    await backedUp(home)
    keepNewest(home.aside, 5, at + 23 * 3_600_000)
    expect(existsSync(left)).toBe(true)
    keepNewest(home.aside, 5, at + 25 * 3_600_000)
    expect(existsSync(left)).toBe(false)
  })
})

describe('a backup that changed', () => {
  it.each(seeds(3))('by one bit anywhere is told (seed %i)', async (seed) => {
    using home = await filledHome()
    const { folder } = await backedUp(home)
    const random = randomFrom(seed)
    const names = readdirSync(folder)
    for (let i = 0; i < 30; i++) {
      const path = join(folder, random.pick(names))
      const bytes = readFileSync(path)
      const at = random.int(bytes.length)
      const before = bytes[at] ?? 0
      bytes[at] = before ^ (1 << random.int(8))
      writeFileSync(path, bytes)
      await expect(verifyBackup(folder), `${path} byte ${at}`).rejects.toMatchObject({
        code: 'store_refused',
      })
      bytes[at] = before
      writeFileSync(path, bytes)
    }
    await verifyBackup(folder)
  })

  it('by its end is told', async () => {
    using home = await filledHome()
    const { folder } = await backedUp(home)
    truncateSync(join(folder, 'threadkeep.db'), 8192)
    await expect(verifyBackup(folder)).rejects.toMatchObject({ message: /has 8192 bytes/ })
  })

  it('is not restored', async () => {
    using home = await filledHome()
    using other = new Home()
    const { folder } = await backedUp(home)
    appendFileSync(join(folder, 'threadkeep.db'), 'x')
    await expect(
      restore({ backup: folder, file: other.file, folder: other.folder, acceptOlder: false }),
    ).rejects.toMatchObject({ code: 'store_refused' })
    expect(existsSync(other.file)).toBe(false)
  })

  it('before it was made is told too: words that were not said do not become a backup that counts', async () => {
    using home = await filledHome()
    edit(home.file, `UPDATE messages SET text = 'never said' WHERE id = 'm3' AND user = 1`)
    const { folder } = await backedUp(home)
    await expect(verifyBackup(folder)).rejects.toMatchObject({ message: /the words of message m3/ })
    expect(newestVerified(home.aside)).toBeNull()
  })
})

describe('a restore', () => {
  it('goes into no folder that has something in it', async () => {
    using home = await filledHome()
    const { folder } = await backedUp(home)
    await expect(
      restore({ backup: folder, file: home.file, folder: home.folder, acceptOlder: false }),
    ).rejects.toMatchObject({ code: 'store_refused', hint: /--accept-older/ })
    await using store = await home.open()
    expect(await wordsOf(store, 'ann', 't1')).toHaveLength(8)
  })

  it('goes back on purpose, and puts aside what was there', async () => {
    using home = await filledHome()
    const { folder, manifest } = await backedUp(home)
    {
      await using store = await home.open()
      await keep(store, 'ann', said('t1', 'said after the backup', { id: 'late' }))
    }
    const { aside } = await restore({
      backup: home.aside,
      file: home.file,
      folder: home.folder,
      acceptOlder: true,
    })
    await using store = await home.open({ expected: true })
    expect(await store.message('ann', 't1', 'late')).toBeNull()
    expect(JSON.parse(readFileSync(home.card, 'utf8'))).toMatchObject({ commitNumber: manifest.commitNumber })
    using before = openReading(join(must(aside, 'something was put aside'), 'threadkeep.db'))
    expect(before.prepare(`SELECT text FROM messages WHERE id = 'late'`).get()).toEqual({
      text: 'said after the backup',
    })
    expect(backupNamed(home.aside)).toBe(folder)
  })

  it('never goes over another store, nor over one that is in use', async () => {
    using home = await filledHome()
    using other = await newlyFilledHome()
    const { folder } = await backedUp(home)
    await expect(
      restore({ backup: folder, file: other.file, folder: other.folder, acceptOlder: true }),
    ).rejects.toMatchObject({ message: /another store/ })
    await using store = await home.open()
    await expect(
      restore({ backup: folder, file: home.file, folder: home.folder, acceptOlder: true }),
    ).rejects.toMatchObject({ message: /in use/ })
    expect(await messagesOf(store, 'bob', 't2')).toHaveLength(8)
  })

  it('that is the way back from a store that was lost leaves the folder as any other', async () => {
    using home = await filledHome()
    const { folder } = await backedUp(home)
    for (const end of ['', '-wal', '-shm'])
      if (existsSync(home.file + end)) execFileSync('rm', [home.file + end])
    await expect(home.open()).rejects.toMatchObject({ code: 'store_refused' })
    await restore({ backup: folder, file: home.file, folder: home.folder, acceptOlder: true })
    await using store = await home.open({ expected: true })
    expect(await wordsOf(store, 'ann', 't1')).toHaveLength(8)
  })
})

describe('the shelf of backups', () => {
  it('keeps the newest, and the newest that was found whole in any case', async () => {
    using home = await filledHome()
    const made = []
    for (let day = 1; day <= 4; day++) made.push((await backedUp(home, Date.UTC(2026, 0, day))).folder)
    await verifyBackup(must(made[0], 'the first'))
    expect(keepNewest(home.aside, 2, Date.now())).toEqual([made[1]])
    expect(backupsIn(home.aside)).toEqual([made[0], made[2], made[3]])
  })
})

describe('a dump', () => {
  it('is SQL from which the same store is made again', async () => {
    using home = await filledHome()
    using other = new Home()
    const sql = [...upkeep.dump({ store: `sqlite:${home.file}`, data: home.folder })].join('')
    mkdirSync(other.folder)
    edit(other.file, sql)
    expect(examined(other).findings).toEqual([])
    await using store = await other.open()
    await using before = await home.open()
    expect(await messagesOf(store, 'bob', 't3')).toEqual(await messagesOf(before, 'bob', 't3'))
  })
})
