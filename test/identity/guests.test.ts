// Guests as they are kept: known by a hash alone, found again after a restart, and limited by their address.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { type GuestOptions, openGuests } from '../../src/identity/guests.ts'
import { SqliteGuests } from '../../src/identity/sqlite-guests.ts'
import { heldByAnother, wholly } from '../store/holder.ts'

const here = { socketAddress: '127.0.0.1', forwardedFor: null }
const asking = (token: string) =>
  new Request('http://a.test/', { headers: { authorization: `Bearer ${token}` } })

function openHome(options: Partial<GuestOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'threadkeep-guests-'))
  const file = join(folder, 'identity.db')
  const open = () => openGuests({ table: new SqliteGuests(file), ...options })
  return { file, folder, open, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

describe('a guest', () => {
  it('is known by their token, also after a restart', async () => {
    using home = openHome()
    const before = home.open()
    const { user, token } = await before.create(here)
    before[Symbol.dispose]()
    using after = home.open()
    expect(await after.authenticate(asking(token))).toEqual({
      userId: user,
      by: 'guest',
      scopes: ['read', 'write'],
    })
    expect(
      await after.authenticate(asking(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)),
    ).toBeNull()
  })

  it('has 256 bits of chance, and no two are alike', async () => {
    using home = openHome({ burst: 1000 })
    using guests = home.open()
    const made = await Promise.all(Array.from({ length: 200 }, () => guests.create(here)))
    expect(new Set(made.map(({ token }) => token)).size).toBe(200)
    expect(new Set(made.map(({ user }) => user)).size).toBe(200)
    expect(Buffer.from(made[0]?.token.slice('tk_guest_'.length) ?? '', 'base64url')).toHaveLength(32)
    expect(made[0]?.user).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  })

  it('leaves no token in any file, and the files to nobody else', async () => {
    using home = openHome()
    const guests = home.open()
    const { token } = await guests.create(here)
    const files = () =>
      readdirSync(home.folder).map((name) => readFileSync(join(home.folder, name)).toString('latin1'))
    expect(files().join('')).not.toContain(token.slice(9))
    expect(statSync(home.file).mode & 0o077).toBe(0)
    guests[Symbol.dispose]()
    expect(files().join('')).not.toContain(token.slice(9))
  })

  it('was last seen on a day, and not at every request', async () => {
    let now = Date.UTC(2026, 0, 1)
    using home = openHome({ now: () => now })
    using guests = home.open()
    const { token } = await guests.create(here)
    const seen = () => {
      using db = new DatabaseSync(home.file, { readOnly: true })
      return db.prepare('SELECT last_seen_at FROM guests').get()?.['last_seen_at']
    }
    const first = seen()
    now += 3_600_000
    await guests.authenticate(asking(token))
    expect(seen()).toBe(first)
    now += 24 * 3_600_000
    await guests.authenticate(asking(token))
    expect(seen()).toBe(now)
  })
})

describe('making guests', () => {
  it('is limited to so many at once and so many an hour', async () => {
    let now = 0
    using home = openHome({ now: () => now, burst: 3, perHourPerAddress: 60 })
    using guests = home.open()
    for (let i = 0; i < 3; i++) await guests.create(here)
    await expect(guests.create(here)).rejects.toThrow(ThreadkeepError)
    now += 60_000
    await guests.create(here)
    await expect(guests.create(here)).rejects.toThrow('Too many guests')
    await guests.create({ ...here, socketAddress: '127.0.0.2' })
  })

  it('believes a proxy only when there is one', async () => {
    using home = openHome({ burst: 1, perHourPerAddress: 1 })
    using guests = home.open()
    await guests.create({ ...here, forwardedFor: '1.1.1.1' })
    await expect(guests.create({ ...here, forwardedFor: '2.2.2.2' })).rejects.toThrow(ThreadkeepError)
  })
})

describe('its file', () => {
  it('of a newer program is refused', () => {
    using home = openHome()
    home.open()[Symbol.dispose]()
    using db = new DatabaseSync(home.file)
    db.exec('PRAGMA user_version = 99')
    expect(() => home.open()).toThrow('newer Threadkeep')
  })

  it.each<[string, (file: string) => void, RegExp]>([
    ['that is rubbish', (file) => writeFileSync(file, 'no guests '.repeat(1_000)), /could not be opened/],
    ['that is a folder', (file) => mkdirSync(file), /could not be opened/],
  ])('%s is refused by words', (_, spoil, words) => {
    using home = openHome()
    spoil(home.file)
    expect(() => home.open()).toThrow(ThreadkeepError)
    expect(() => home.open()).toThrow(words)
  })

  it('that another program holds wholly is refused by words', async () => {
    using home = openHome()
    home.open()[Symbol.dispose]()
    await using _ = await heldByAnother(home.file, wholly)
    expect(() => home.open()).toThrow(ThreadkeepError)
    expect(() => home.open()).toThrow(/Another program holds/)
  })

  it('that another program writes to for long lets in who is known, and makes nobody', async () => {
    let now = Date.UTC(2026, 0, 1)
    using home = openHome({ now: () => now })
    using guests = home.open()
    const { user, token } = await guests.create(here)
    now += 48 * 3_600_000
    await using _ = await heldByAnother(home.file, 'BEGIN IMMEDIATE')
    expect(await guests.authenticate(asking(token))).toMatchObject({ userId: user })
    await expect(guests.create(here)).rejects.toMatchObject({ code: 'unavailable', message: /just now/ })
  })
})
