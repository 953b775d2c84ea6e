// Settings: where each comes from, and what is said of a wrong one.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { configurationPage } from '../src/cli/config.ts'
import { configFrom, configLines, settings, withoutPassword } from '../src/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'threadkeep-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const fromOf = (name: string, lines: ReturnType<typeof configLines>) =>
  lines.find(({ env }) => env === name)?.from

describe('configuration', () => {
  it('has a default for every setting', () => {
    expect(configFrom({}, {}, folder)).toMatchObject({ host: '127.0.0.1', port: 4400, expectStore: false })
    expect(configFrom({ data: '/d' }, {}, folder).store).toBe('sqlite:/d/threadkeep.db')
  })

  it('takes an option before the environment, that before .env, and that before the default', () => {
    writeFileSync(join(folder, '.env'), 'HOST=from-file\nPORT=1\nTHREADKEEP_DATA=/file\n')
    const lines = configLines({ host: 'from-option' }, { HOST: 'from-env', PORT: '2' }, folder)
    expect(lines.slice(0, 3).map(({ value }) => value)).toEqual(['from-option', 2, '/file'])
    expect(['HOST', 'PORT', 'THREADKEEP_DATA', 'THREADKEEP_STORE'].map((name) => fromOf(name, lines))).toEqual([
      'option', 'environment', '.env', 'default',
    ]) // prettier-ignore
    rmSync(join(folder, '.env'))
  })

  it.each([
    ['PORT', 'abc', '65535'],
    ['PORT', '70000', '65535'],
    ['PORT', '-1', '65535'],
    ['HOST', '', 'host name'],
    ['THREADKEEP_STORE', 'mysql://x', 'sqlite:<path>'],
    ['THREADKEEP_STORE', 'sqlite:', 'sqlite:<path>'],
    ['THREADKEEP_STORE', 'postgres://host', 'postgres://<login>@<host>/<database>'],
    ['THREADKEEP_STORE_OWNER', 'sqlite:/a', 'postgres://'],
    ['THREADKEEP_STORE_CONNECTIONS', '1', '2 to 200'],
    ['THREADKEEP_EXPECT_STORE', 'perhaps', '1 or 0'],
  ])('refuses %s=%j with its name, its value and what is allowed', (name, value, allowed) => {
    expect(() => configFrom({}, { [name]: value }, folder)).toThrow(
      expect.objectContaining({
        code: 'config',
        message: expect.stringMatching(new RegExp(`${name}.*${allowed}`)) as string,
      }),
    )
  })

  it('takes a PostgreSQL as it is given', () => {
    const store = 'postgresql://app:p%40ss@db.example.com:6432/chat?sslmode=verify-full'
    expect(configFrom({ store }, {}, folder)).toMatchObject({ store, storeOwner: '', storeConnections: 8 })
  })

  it.each([
    ['postgres://app:secret@h/d', 'postgres://app:********@h/d'],
    ['postgres://app:sec@ret:@h:5432/d', 'postgres://app:********@h:5432/d'],
    ['postgres:app:secret@h/d', 'postgres:********@h/d'],
    [
      'postgres://app@h/d?sslmode=require&password=secret',
      'postgres://app@h/d?sslmode=require&password=********',
    ],
    ['postgres://app@h:5432/d', 'postgres://app@h:5432/d'],
    ['abc', 'abc'],
  ])('shows %s as %s', (given, shown) => {
    expect(withoutPassword(given)).toBe(shown)
  })

  it('does not say the password of an address that it refuses', () => {
    for (const wrong of ['postgress://app:secret@h/d', 'postgres://app:secret@h'])
      expect(() => configFrom({}, { THREADKEEP_STORE: wrong }, folder)).toThrow(/^(?!.*secret).*must be/)
  })

  it('names a wrong option as an option', () => {
    expect(() => configFrom({ port: 'x' }, {}, folder)).toThrow(/The option "port" is "x"/)
  })

  it('is described in docs/configuration.md as it is in the table', () => {
    expect(readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8')).toBe(
      `${configurationPage()}\n`,
    )
    for (const { env } of Object.values(settings)) expect(configurationPage()).toContain(`\`${env}\``)
  })
})
