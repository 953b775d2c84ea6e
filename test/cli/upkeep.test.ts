// Backup, restore, dump and doctor as an operator meets them: as processes, also beside a house that is running.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSqlite } from '../../src/store/sqlite/open.ts'
import { fill } from '../upkeep/kept.ts'

const program = fileURLToPath(new URL('../../src/cli/threadkeep.ts', import.meta.url))
let folder = ''
const data = () => join(folder, 'data')
const file = () => join(data(), 'threadkeep.db')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'threadkeep-cli-upkeep-'))
  await using store = await openSqlite({ file: file(), folder: data(), ephemeral: false })
  await fill(store)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const env = () => ({ PATH: process.env['PATH'] ?? '', PORT: '0', THREADKEEP_DATA: data() })

function threadkeep(...words: string[]) {
  const run = spawnSync(process.execPath, [program, ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: env(),
    timeout: 30_000,
  })
  return { status: run.status, out: run.stdout, err: run.stderr }
}

describe('threadkeep', () => {
  it('backs up beside a house that is running, verifies, and restores elsewhere', async () => {
    const house = spawn(process.execPath, [program, 'start'], { cwd: folder, env: env() })
    try {
      for await (const piece of house.stdout) if (String(piece).includes('Threadkeep is at')) break
      expect(threadkeep('backup', 'shelf', '--keep', '1')).toMatchObject({
        status: 0,
        out: expect.stringMatching(/Backed up 48 messages in 6 threads/) as string,
      })
      expect(threadkeep('doctor')).toMatchObject({
        status: 0,
        out: expect.stringMatching(/Nothing is wrong/) as string,
      })
      expect(threadkeep('doctor', '--repair')).toMatchObject({
        status: 2,
        err: expect.stringMatching(/in use by another process/) as string,
      })
    } finally {
      house.kill('SIGTERM')
      await once(house, 'exit')
    }
    expect(threadkeep('verify-backup', 'shelf')).toMatchObject({
      status: 0,
      out: expect.stringMatching(/can be restored: 48 messages/) as string,
    })
    expect(threadkeep('restore', 'shelf')).toMatchObject({
      status: 1,
      err: expect.stringMatching(/is not empty[\s\S]*--accept-older/) as string,
    })
    expect(threadkeep('restore', 'shelf', '--to', 'restored')).toMatchObject({ status: 0 })
    expect(existsSync(join(folder, 'restored', 'store.json'))).toBe(true)
    expect(threadkeep('restore', 'shelf', '--accept-older')).toMatchObject({
      status: 0,
      out: expect.stringMatching(/What was there is in/) as string,
    })
  }, 60_000)

  it('writes a tar to a pipe, and a dump', () => {
    const run = spawnSync('sh', ['-c', `"${process.execPath}" "${program}" backup - | tar -tf -`], {
      cwd: folder,
      encoding: 'utf8',
      env: env(),
    })
    expect(run.stdout.trim().split('\n').at(-1)).toBe('threadkeep-backup/manifest.json')
    const { status, out } = threadkeep('dump')
    expect(status).toBe(0)
    using db = new DatabaseSync(':memory:')
    db.exec(out)
    expect(db.prepare('SELECT count(*) AS n FROM messages').get()).toEqual({ n: 48 })
  })

  it('doctor ends with 1 when something is found, mends it, and salvages', () => {
    const db = new DatabaseSync(file())
    db.exec(`UPDATE threads SET message_count = 99 WHERE key = 1`)
    db.close()
    const found = threadkeep('doctor', '--json')
    expect(found.status).toBe(1)
    expect(JSON.parse(found.out)).toMatchObject({ findings: [{ kind: 'message_count_drift' }] })
    expect(threadkeep('doctor', '--repair')).toMatchObject({
      status: 0,
      out: expect.stringMatching(/1 of 1 mended/) as string,
    })
    expect(threadkeep('doctor')).toMatchObject({ status: 0 })
    expect(threadkeep('doctor', '--salvage', file(), 'salvaged')).toMatchObject({
      status: 0,
      out: expect.stringMatching(/48 messages in 6 threads/) as string,
    })
    expect(JSON.parse(readFileSync(join(folder, 'salvaged', 'salvage-report.json'), 'utf8'))).toMatchObject({
      threads: [],
    })
  }, 60_000)

  it('says what is wrong with the words it was given, with 2', () => {
    for (const words of [
      ['backup'],
      ['backup', 'shelf', '--keep', '0'],
      ['restore'],
      ['verify-backup'],
      ['doctor', '--salvage', 'only-one'],
    ])
      expect(threadkeep(...words)).toMatchObject({ status: 2, err: expect.stringMatching(/Say /) as string })
    expect(threadkeep('verify-backup', 'nowhere')).toMatchObject({
      status: 1,
      err: expect.stringMatching(/no backup/) as string,
    })
  }, 60_000)
})
