// The file of the spool: what was acknowledged is in it after any hurt that leaves it readable, and what is not whole is never replayed.
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { known, said, SpoolFolder } from './spool-folder.ts'

async function filled(place: SpoolFolder, ...ids: string[]): Promise<Buffer> {
  await using spool = await place.open()
  for (const id of ids) await spool.take(said(id), known)
  return readFileSync(place.file)
}

it('holds what was taken in, in order, and after it was opened again', async () => {
  using place = new SpoolFolder()
  await filled(place, 'm1', 'm2', 'm3')
  expect(await place.held()).toEqual(['m1', 'm2', 'm3'])
})

it('torn at any byte of its last record holds all the others, and says what it cut off', async () => {
  using place = new SpoolFolder()
  const two = (await filled(place, 'm1', 'm2')).length
  const whole = await filled(place, 'm3')
  for (let end = two + 1; end < whole.length; end++) {
    writeFileSync(place.file, whole.subarray(0, end))
    await using spool = await place.open()
    expect([spool.waiting.size, spool.alarms.map(({ what }) => /cut off/.test(what))]).toEqual([2, [true]])
    expect(spool.bytes).toBe(two)
  }
  expect(statSync(place.file).size).toBe(two)
})

it('with any byte of a record in the middle flipped puts that record aside and replays the rest', async () => {
  using place = new SpoolFolder()
  const one = (await filled(place, 'm1')).length
  const two = (await filled(place, 'm2')).length
  const whole = await filled(place, 'm3')
  for (let at = one; at < two; at++) {
    const hurt = Buffer.from(whole)
    hurt[at] = (hurt[at] ?? 0) ^ (1 << (at % 8))
    writeFileSync(place.file, hurt)
    expect(await place.held()).toEqual(['m1', 'm3'])
    const last = JSON.parse(place.quarantined.at(-1) ?? '') as { why: string; base64: string }
    expect([last.why, last.base64]).toEqual(['damaged', hurt.subarray(one, two).toString('base64')])
  }
  expect(place.quarantined).toHaveLength(two - one)
})

it('with its last record hurt in its length still has its bytes in the quarantine', async () => {
  using place = new SpoolFolder()
  const one = (await filled(place, 'm1')).length
  const whole = await filled(place, 'm2')
  whole[one + 4] = 0x7f
  writeFileSync(place.file, whole)
  expect(await place.held()).toEqual(['m1'])
  expect(
    Buffer.from((JSON.parse(place.quarantined[0] ?? '') as { base64: string }).base64, 'base64'),
  ).toEqual(whole.subarray(one))
})

it('of 10,000 records flushes those together that wait together, and finds all of them again', async () => {
  using place = new SpoolFolder()
  let flushes = 0
  const counted = async (path: string) =>
    spied(await open(path, 'a+').then((made) => made.close().then(() => open(path, 'r+'))), {
      sync: async (sync) => (flushes++, sync()),
    })
  const ids = Array.from({ length: 10_000 }, (_, n) => `m${n}`)
  {
    await using spool = await place.open({ open: counted })
    await Promise.all(ids.map((id) => spool.take(said(id), known)))
  }
  expect(flushes).toBeLessThan(100)
  expect(await place.held()).toEqual(ids)
})

it('acknowledges nothing before it is flushed', async () => {
  using place = new SpoolFolder()
  const gate = Promise.withResolvers<void>()
  const slow = async (path: string) =>
    spied(await open(path, 'w+'), { sync: async (sync) => (await gate.promise, sync()) })
  await using spool = await place.open({ open: slow })
  const first = spool.take(said('m1'), known)
  const again = spool.take(said('m1'), known)
  const soon = new Promise((resolve) => setTimeout(resolve, 50, 'nothing yet'))
  expect(await Promise.race([first, again, soon])).toBe('nothing yet')
  gate.resolve()
  expect([(await first).result, (await again).result]).toEqual(['kept', 'replayed'])
})

it('takes no more than it may, in bytes and in minutes', async () => {
  using place = new SpoolFolder()
  let now = 0
  await using spool = await place.open({ bytesMax: 1_000, now: () => now })
  await spool.take(said('m1'), known)
  await expect(spool.take(said('m2', 'x'.repeat(1_000)), known)).rejects.toMatchObject({
    code: 'unavailable',
  })
  now = 15 * 60_000
  expect((await spool.take(said('m3'), known)).result).toBe('kept')
  now += 1
  await expect(spool.take(said('m4'), known)).rejects.toThrow(/more than 15 minutes/)
  expect((await spool.take(said('m1'), known)).result).toBe('replayed')
  expect(await place.held()).toEqual(['m1', 'm3'])
})

it('on a full disk says 507, and holds what it held', async () => {
  using place = new SpoolFolder()
  let isFull = false
  await using spool = await place.open({ open: failing(() => isFull, 'ENOSPC', 'write') })
  await spool.take(said('m1'), known)
  isFull = true
  const refused = spool.take(said('m2'), known)
  await expect(refused).rejects.toMatchObject({ code: 'storage_full', hint: /Nothing was written/ })
  isFull = false
  expect((await spool.take(said('m2'), known)).result).toBe('kept')
  expect(await place.held()).toEqual(['m1', 'm2'])
})

it('whose flush failed says 503, opens the file anew, and never has what it refused', async () => {
  using place = new SpoolFolder()
  let isFailing = false
  await using spool = await place.open({ open: failing(() => isFailing, 'EIO', 'sync') })
  await spool.take(said('m1'), known)
  isFailing = true
  await expect(spool.take(said('m2'), known)).rejects.toMatchObject({ code: 'unavailable' })
  isFailing = false
  await expect(spool.take(said('m3'), known)).rejects.toMatchObject({ code: 'unavailable' })
  expect(await place.held()).toEqual(['m1'])
})

it('knows a retry from something else under the same id, also after a restart', async () => {
  using place = new SpoolFolder()
  await filled(place, 'm1')
  await using spool = await place.open()
  expect((await spool.take(said('m1'), known)).result).toBe('replayed')
  expect(await spool.take(said('m1', 'other'), known)).toEqual({
    result: 'conflict',
    what: 'message',
    id: 'm1',
  })
  expect((await spool.take(said('m1', 'other', 'ben'), known)).result).toBe('kept')
  expect(await spool.take(said('m9', 'nul \0'), known)).toMatchObject({ result: 'refused', code: 'invalid' })
})

it('is emptied only when nothing waits', async () => {
  using place = new SpoolFolder()
  await filled(place, 'm1', 'm2')
  await using spool = await place.open()
  await spool.empty()
  expect(statSync(place.file).size).toBeGreaterThan(0)
  for (let entry = spool.waiting.first('ann'); entry; entry = spool.waiting.first('ann'))
    spool.waiting.drop(entry)
  await spool.empty()
  expect(statSync(place.file).size).toBe(0)
})

it('that is whole and yet no commit puts the stranger aside', async () => {
  using place = new SpoolFolder()
  await filled(place, 'm1')
  truncateSync(place.file, 0)
  const { framed } = await import('../../src/store/spool/frame.ts')
  writeFileSync(place.file, Buffer.concat([framed('not JSON'), framed(JSON.stringify(said('m2')))]))
  expect(await place.held()).toEqual(['m2'])
  expect(place.quarantined[0]).toContain('not JSON')
})

type Spies = { sync?: (sync: () => Promise<void>) => Promise<void>; write?: () => void }

function spied(handle: FileHandle, { sync, write }: Spies): FileHandle {
  return new Proxy(handle, {
    get: (target, name) => {
      if (name === 'sync' && sync) return () => sync(() => target.sync())
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...words: unknown[]) => {
        if (name === 'write') write?.()
        return Reflect.apply(value, target, words) as unknown
      }
    },
  })
}

function failing(isFailing: () => boolean, code: string, at: 'write' | 'sync') {
  const fail = () => {
    if (isFailing()) throw Object.assign(new Error(code), { code })
  }
  let isThere = false
  return async (path: string) => {
    const handle = await open(path, isThere ? 'r+' : 'w+')
    isThere = true
    return spied(handle, at === 'write' ? { write: fail } : { sync: async (sync) => (fail(), sync()) })
  }
}
