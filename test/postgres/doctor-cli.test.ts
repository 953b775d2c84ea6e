// threadkeep doctor on PostgreSQL as an operator meets it: as a process, with settings in the environment, beside a node that runs.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Filled, filled } from './filled.ts'
import { openNode } from './whole-house.ts'

const program = fileURLToPath(new URL('../../src/cli/threadkeep.ts', import.meta.url))
const secret = 'p4ss'

function doctor(house: Filled, words = '', more: Record<string, string> = {}) {
  const urlFor = (role: string) => house.database.urlFor(role).replace(/:[^:@]*@/, `:${secret}@`)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, 'doctor', ...words.split(' ').filter(Boolean)],
    {
      cwd: house.folder,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'] ?? '',
        THREADKEEP_DATA: house.folder,
        THREADKEEP_STORE: urlFor('threadkeep_app'),
        THREADKEEP_STORE_UPKEEP: urlFor('threadkeep_upkeep'),
        ...more,
      },
      timeout: 30_000,
    },
  )
  expect(stdout + stderr).not.toContain(secret)
  return { status, out: stdout, err: stderr }
}

const drift = `UPDATE threadkeep.threads SET message_count = 99 WHERE user_id = 'ann' AND id = 't1'`

describe('threadkeep doctor on PostgreSQL', () => {
  it('ends with 0 where nothing is wrong, beside a node that runs in the same folder', async () => {
    await using house = await filled()
    await using _ = await openNode(house.database, { folder: house.folder })
    const { status, out } = doctor(house)
    expect(out).toMatch(
      /^127\.0\.0\.1:\d+\/test_\w+: 2 users, 6 threads, 48 messages\n\nNothing is wrong\.$/m,
    )
    expect(status).toBe(0)
  })

  it('ends with 1 when something is found, and with 0 when it mended all', async () => {
    await using house = await filled()
    await house.plant(drift)
    const found = doctor(house, '--json')
    expect(JSON.parse(found.out)).toMatchObject({
      findings: [{ kind: 'message_count_drift', where: { user: 'ann' } }],
    })
    expect(found.status).toBe(1)
    const mended = doctor(house, '--repair')
    expect(mended.out).toMatch(
      /^1 of 1 mended\. What was there before, and a report, are in .*before-repair-/,
    )
    expect(mended.status).toBe(0)
    expect(doctor(house, '--repair')).toMatchObject({
      status: 0,
      out: expect.stringMatching(/nothing was changed/) as string,
    })
  })

  it.each([
    [
      'without the upkeep login',
      '',
      { THREADKEEP_STORE_UPKEEP: '' },
      /THREADKEEP_STORE_UPKEEP is not set.*\n.*postgres\.md/,
    ],
    [
      'where nobody answers',
      '',
      { THREADKEEP_STORE: 'postgres://a@127.0.0.1:1/chat' },
      /127\.0\.0\.1:1\/chat.*failed/,
    ],
    ['for a salvage', '--salvage bad.db new', {}, /damaged SQLite file.*\n.*pg_amcheck/],
  ])('ends with 2 %s, and says why', async (_, words, more, why) => {
    await using house = await filled()
    const { status, err } = doctor(house, words, more)
    expect(err).toMatch(why)
    expect(status).toBe(2)
  })
})
