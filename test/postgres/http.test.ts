// The doors of a house on PostgreSQL: the same suites as on SQLite. test/house.ts opens a database for each house here.
import { describe, expect, it } from 'vitest'
import { openHouse } from '../house.ts'
import { shareOf } from '../long.ts'

it('is a house on PostgreSQL', async () => {
  await using house = await openHouse()
  expect(house.keep.about).toMatchObject({ engine: 'postgres', schemaVersion: expect.any(Number) as number })
})

const suites = [
  ['messages', () => import('../http/messages.test.ts')],
  ['streams', () => import('../http/streams.test.ts')],
  ['threads', () => import('../http/threads.test.ts')],
  ['chat', () => import('../http/chat.test.ts')],
  ['stop', () => import('../http/stop.test.ts')],
  ['changes', () => import('../http/changes.test.ts')],
  ['guests', () => import('../http/guests.test.ts')],
  ['first message', () => import('../http/first-message.test.ts')],
  ['doors', () => import('../http/doors.test.ts')],
  ['fuzz', () => import('../http/fuzz.test.ts')],
  ['house doors', () => import('../http/house-doors.test.ts')],
  ['me', () => import('../http/me.test.ts')],
  ['the pages of docs/api', () => import('../http/api-pages.test.ts')],
  ['the client', () => import('../client/house.test.ts')],
] as const

// What a file of tests describes when it is loaded belongs to whoever loads it.
describe.each(shareOf(suites, 5))('%s', async (_, load) => void (await load()))
