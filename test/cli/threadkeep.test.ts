// The command line as an operator meets it: as a process, in a folder of its own.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('../../src/cli/threadkeep.ts', import.meta.url))
let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'threadkeep-cli-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function threadkeep(words: string, env: Record<string, string> = {}) {
  const run = spawnSync(process.execPath, [program, ...words.split(' ')], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env },
  })
  return { status: run.status, out: run.stdout, err: run.stderr }
}

describe('threadkeep', () => {
  it('start opens the store, says where it is, and makes the folder', () => {
    const { status, out } = threadkeep('start')
    expect(out).toMatch(/Database initialised at .*threadkeep\.db: sqlite, schema 1, begun in [\d.]+ ms/)
    expect(status).toBe(0)
    expect(existsSync(join(folder, 'data', 'threadkeep.db'))).toBe(true)
  })

  it('start says so when nothing will be kept, and leaves nothing behind', () => {
    const { out } = threadkeep('start', { THREADKEEP_STORE: 'memory:', TMPDIR: folder })
    expect(out).toContain('Nothing is kept beyond this run')
    expect(execFileSync('ls', [folder], { encoding: 'utf8' })).toBe('')
  })

  it('refuses a wrong setting in two lines without a stack', () => {
    const { status, err } = threadkeep('start', { PORT: 'abc' })
    expect(status).toBe(1)
    expect(err).toBe(
      'PORT is "abc", and must be a whole number from 0 to 65535.\nPut it right or leave it out. `threadkeep config` lists every setting.\n',
    )
  })

  it('doctor --schema finds everything as expected, and names what was altered', () => {
    threadkeep('start')
    expect(threadkeep('doctor --schema')).toMatchObject({
      status: 0,
      out: expect.stringContaining('all as expected') as string,
    })
    const db = new DatabaseSync(join(folder, 'data', 'threadkeep.db'))
    db.exec('DROP INDEX messages_persona; ALTER TABLE threads ADD COLUMN colour TEXT')
    db.close()
    const { status, out } = threadkeep('doctor --schema')
    expect(out).toMatch(/GONE {2}index {3}messages: messages_persona/)
    expect(out).toMatch(/MORE {2}column {2}threads\.colour/)
    expect(status).toBe(1)
    expect(threadkeep('start')).toMatchObject({
      status: 1,
      err: expect.stringContaining('threadkeep doctor --schema') as string,
    })
  })

  it('accept begins a new store in place of a lost one, only when told to', () => {
    threadkeep('start')
    for (const end of ['', '-wal', '-shm'])
      rmSync(join(folder, 'data', `threadkeep.db${end}`), { force: true })
    expect(threadkeep('start')).toMatchObject({
      status: 1,
      err: expect.stringContaining('threadkeep accept') as string,
    })
    expect(threadkeep('accept')).toMatchObject({
      status: 1,
      out: expect.stringContaining('Nothing was changed') as string,
    })
    expect(threadkeep('accept --yes').status).toBe(0)
    expect(threadkeep('start').status).toBe(0)
    expect(threadkeep('accept').out).toContain('nothing to accept')
  })

  it('config --json is for machines', () => {
    expect(JSON.parse(threadkeep('config --json').out)).toContainEqual(
      expect.objectContaining({ env: 'PORT', value: 4400, from: 'default' }),
    )
  })

  it.each(['frobnicate', 'doctor', 'doctor --frob'])('%s is answered with what there is', (words) => {
    expect(threadkeep(words)).toMatchObject({ status: 2, err: expect.stringMatching(/--schema/) as string })
  })
})
