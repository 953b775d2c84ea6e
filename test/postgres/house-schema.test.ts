// The schema as the code expects it: held against a migrated database, and told line by line where it was altered.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { inspectSchema } from '../../src/server.ts'
import { Pool } from '../../src/store/postgres/pool.ts'
import { schemaText } from '../../src/store/postgres/schema-report.ts'
import { asSuper } from './super.ts'
import { migratedDatabase, settingsFor } from './whole-house.ts'

const differing = async (store: string) =>
  (await inspectSchema({ store })).lines.filter(({ expected, found }) => expected !== found)

describe('the schema', () => {
  it('is the one that the migrations make: after a new one, run this with -u', async () => {
    await using database = await migratedDatabase()
    const url = database.urlFor('threadkeep_app')
    await using pool = new Pool({ url, connectionsMax: 1, waitMs: 2_000, statementMs: 10_000 })
    const file = new URL('../../src/store/postgres/expected-schema.ts', import.meta.url)
    const found = await schemaText(pool)
    const written = readFileSync(file, 'utf8').replace(/`[^`]*`/, () => `\`${found}\``)
    await expect(written).toMatchFileSnapshot(file.pathname)
  })

  it('is found by the doctor as it is expected, each user table behind forced row security', async () => {
    await using database = await migratedDatabase()
    const { place, lines } = await inspectSchema({ store: database.urlFor('threadkeep_app') })
    expect(lines.filter(({ expected, found }) => expected !== found)).toEqual([])
    expect(lines.length).toBeGreaterThan(100)
    expect(lines.find(({ name }) => name === 'messages')?.found).toMatch(
      /row security forced, policies .*own/,
    )
    expect(place).toMatch(/^127\.0\.0\.1:\d+\/test_/)
  })

  it.each([
    ['DROP INDEX threadkeep.messages_persona', 'messages: messages_persona', 'gone'],
    ['ALTER TABLE threadkeep.threads ADD colour text', 'threads.colour', 'more'],
    ['ALTER TABLE threadkeep.threads ALTER title SET NOT NULL', 'threads.title', 'other'],
    ['ALTER TABLE threadkeep.threads NO FORCE ROW LEVEL SECURITY', 'threads', 'other'],
    ['DROP POLICY own ON threadkeep.bin', 'bin', 'other'],
    ['ALTER TABLE threadkeep.users ALTER tenant_id TYPE text COLLATE "C"', 'users.tenant_id', 'other'],
  ])('that met %s is told so, and nothing else', async (sql, name, how) => {
    await using database = await migratedDatabase()
    await asSuper(database.superUrl, (client) => client.query(sql))
    const lines = await differing(settingsFor(database, '').store)
    expect(lines.map((line) => line.name)).toEqual([name])
    const [line] = lines
    expect(line?.expected === null ? 'more' : line?.found === null ? 'gone' : 'other').toBe(how)
  })
})
