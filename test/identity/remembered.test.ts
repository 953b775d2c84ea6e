// Who is let in while nobody can be looked up: those who were known within a minute before, for a quarter of an hour.
import { expect, it } from 'vitest'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { Remembered } from '../../src/identity/remembered.ts'

class Door {
  now = 1_000_000
  isAway = false
  asked = 0
  readonly #remembered: Remembered

  constructor(throughOutages = true) {
    this.#remembered = new Remembered(() => this.now, throughOutages)
  }

  async lets(token: string): Promise<string> {
    const table = async () => {
      this.asked++
      if (this.isAway) throw new ThreadkeepError('unavailable', 'Away.', 'Later.')
      return token === 'nobody' ? null : { user: token, token }
    }
    const guest = this.#remembered.find(token) ?? this.#remembered.ask(token, table)
    return Promise.resolve(guest).then(
      (found) => found?.user ?? 'nobody',
      () => 'away',
    )
  }

  later = (seconds: number) => void (this.now += seconds * 1_000)
}

it('lets in whom it looked up within a minute before the outage, and nobody else', async () => {
  const door = new Door()
  await door.lets('early')
  door.later(20)
  await door.lets('ann')
  door.later(41)
  door.isAway = true
  expect(await door.lets('nobody')).toBe('away')
  expect([await door.lets('ann'), await door.lets('early'), await door.lets('ben')]).toEqual([
    'ann',
    'away',
    'away',
  ])
})

it('lets them in for a quarter of an hour, and asks for them once a second', async () => {
  const door = new Door()
  await door.lets('ann')
  door.isAway = true
  door.later(31)
  door.asked = 0
  for (let n = 0; n < 10; n++) expect(await door.lets('ann')).toBe('ann')
  expect(door.asked).toBe(1)
  door.later(15 * 60)
  expect(await door.lets('ann')).toBe('ann')
  door.later(1)
  expect(await door.lets('ann')).toBe('away')
})

it('begins anew when it could ask again', async () => {
  const door = new Door()
  await door.lets('ann')
  door.isAway = true
  door.later(31)
  await door.lets('ann')
  door.isAway = false
  door.later(16 * 60)
  expect([await door.lets('ann'), await door.lets('nobody')]).toEqual(['ann', 'nobody'])
  door.isAway = true
  door.later(31)
  expect(await door.lets('ann')).toBe('ann')
})

it('without a spool lets in nobody', async () => {
  const door = new Door(false)
  await door.lets('ann')
  door.isAway = true
  door.later(31)
  expect(await door.lets('ann')).toBe('away')
})
