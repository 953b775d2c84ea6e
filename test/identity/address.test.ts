// One caller is one address, however it is written.
import { describe, expect, it } from 'vitest'
import { addressOf, folded } from '../../src/identity/address.ts'
import { Buckets } from '../../src/identity/bucket.ts'

describe('an address', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.0.0.7', '10.0.0.7'],
    ['::FFFF:0a00:0007', '10.0.0.7'],
    ['0:0:0:0:0:ffff:10.0.0.7', '10.0.0.7'],
    ['10.0.0.7:5000', '10.0.0.7'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:0000:0000:ffff:ffff:ffff:ffff', '2001:db8:0:0::/64'],
    ['[2001:db8::1]:443', '2001:db8:0:0::/64'],
    ['2001:db8::1%eth0', '2001:db8:0:0::/64'],
    ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', 'unknown'],
    ['somewhere', 'unknown'],
    ['999.1.1.1', 'unknown'],
    ['a'.repeat(10_000), 'unknown'],
  ])('%s counts as %s', (address, counted) => {
    expect(folded(address)).toBe(counted)
  })

  it('in a hundred spellings is one', () => {
    const group = (value: number, i: number) =>
      i % 2 ? value.toString(16).toUpperCase() : value.toString(16).padStart(4, '0')
    const spellings = Array.from({ length: 100 }, (_, i) => {
      const tail = Array.from({ length: 4 }, (_, j) => group((i * 7919 + j) & 0xffff, i + j))
      return [group(0x2001, i), group(0xdb8, i), group(0, i), group(9, i), ...tail].join(':')
    })
    expect(new Set(spellings.map(folded))).toEqual(new Set(['2001:db8:0:9::/64']))
  })
})

describe('behind proxies', () => {
  const forwardedFor = '6.6.6.6, 1.1.1.1, 10.0.0.1'
  it.each([
    [false, '127.0.0.1'],
    [0, '127.0.0.1'],
    [true, '10.0.0.1'],
    [2, '1.1.1.1'],
    [9, '6.6.6.6'],
  ])('with %s of them it is %s', (trustProxy, address) => {
    expect(addressOf({ socketAddress: '127.0.0.1', forwardedFor }, trustProxy)).toBe(address)
  })

  it('that say nothing it is the socket', () => {
    expect(addressOf({ socketAddress: '127.0.0.1', forwardedFor: null }, true)).toBe('127.0.0.1')
    expect(addressOf({ socketAddress: null, forwardedFor: null }, true)).toBe('unknown')
  })
})

describe('buckets', () => {
  it('fill up again to their brim and no further', () => {
    let now = 0
    const buckets = new Buckets({ perHour: 60, burst: 2, now: () => now })
    expect([buckets.take('a'), buckets.take('a'), buckets.take('a')]).toEqual([0, 0, 60])
    now += 30_000
    expect(buckets.take('a')).toBe(30)
    now += 24 * 3_600_000
    expect([buckets.take('a'), buckets.take('a'), buckets.take('a')]).toEqual([0, 0, 60])
  })

  it('are so many and no more', () => {
    const buckets = new Buckets({ perHour: 1, burst: 1, now: () => 0, addressesMax: 2 })
    for (const address of ['a', 'b', 'c']) expect(buckets.take(address)).toBe(0)
    expect([buckets.take('c') > 0, buckets.take('a')]).toEqual([true, 0])
  })
})
