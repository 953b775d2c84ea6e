// Ready to be spread over many machines by user: every key begins with the user, nothing refers across users, every statement names one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askSql } from '../../src/store/postgres/ask-sql.ts'
import { keepSql } from '../../src/store/postgres/grouped.ts'
import { readSql } from '../../src/store/postgres/read-sql.ts'
import { writeSql } from '../../src/store/postgres/write-sql.ts'
import { must } from '../../src/core/assert.ts'
import { ourSchemas, userTables } from './catalogue.ts'
import type { FreshDatabase } from './database.ts'
import { freshHouse } from './house.ts'
import { asSuper } from './super.ts'

let house: FreshDatabase | undefined
beforeAll(async () => {
  house = await freshHouse()
})
afterAll(() => house?.drop())

/** Whose a conversation of PAM's is, its backend does not know: it asks everywhere, and nothing is promised to be one of its kind by it. */
const lookupOfNobody = 'threadkeep.external_refs_conversation'

type Key = { name: string; of: string; kind: string; columns: string[] }

describe('the keys of what belongs to a user', () => {
  it('are found', async () => {
    const kinds = (await keys()).map(({ kind }) => kind)
    for (const kind of ['primary key', 'unique', 'index', 'foreign key', 'referred to'])
      expect(kinds).toContain(kind)
  })

  it('begin with the user, every one of them', async () => {
    const columnOf = await userColumns()
    const astray = (await keys()).filter(
      ({ name, of, columns }) => columns[0] !== columnOf.get(of) && name !== lookupOfNobody,
    )
    expect(astray).toEqual([])
  })

  it('lead from a user’s rows to rows of the same user, and nowhere else', async () => {
    const columnOf = await userColumns()
    const led = (await keys()).filter(({ kind }) => kind === 'referred to')
    expect(led.filter(({ of }) => !columnOf.has(of))).toEqual([])
  })

  it('leave no table of a user’s without a primary key', async () => {
    const of = (await keys()).filter(({ kind }) => kind === 'primary key').map((key) => key.of)
    expect([...(await userColumns()).keys()].filter((name) => !of.includes(name))).toEqual([])
  })

  it('are not of a type that is a person’s to choose: the user’s column is text, compared byte for byte', async () => {
    const types = await asSuper(must(house, 'open').superUrl, async (client) => {
      const { rows } = await client.query<{ type: string }>(
        `SELECT DISTINCT format('%s %s', format_type(a.atttypid, a.atttypmod), c.collname) AS type FROM pg_attribute a
         JOIN pg_collation c ON c.oid = a.attcollation WHERE a.attrelid = ANY ($1::regclass[]) AND a.attname = CASE a.attrelid::regclass::text WHEN 'threadkeep.users' THEN 'id' ELSE 'user_id' END`,
        [[...(await userColumns()).keys()]],
      )
      return rows.map(({ type }) => type)
    })
    expect(types).toEqual(['text C'])
  })
})

/** The user of a row, as a value that the caller gives, and of what is joined to it, as the same user. */
const named = String.raw`(?:user_id|(?<=users[^]*)\bid) = (?:\$\d+|\w+\.user_id)`
const statements = Object.values({
  ...prefixed('ask', askSql),
  ...prefixed('read', readSql),
  ...prefixed('write', writeSql),
})
const big = /\b(?:FROM|JOIN|UPDATE|INTO|USING) threadkeep\.(?!users)\w+/g

describe('every core statement', () => {
  it('is looked at', () => {
    expect(statements.length).toBeGreaterThan(70)
  })

  it.each(statements.map(({ name, text }) => [name, text] as const))(
    '%s names its user for every table it touches',
    (_, text) => {
      if (/^\s*INSERT INTO threadkeep\.\w+ \((?:user_id|id),/.test(text) && /VALUES\s*\(\$1,/.test(text))
        return
      const touched = text.match(/\b(?:FROM|JOIN|UPDATE|USING) threadkeep\.\w+/g) ?? []
      const filters = text.match(new RegExp(named, 'g')) ?? []
      expect(touched.length).toBeGreaterThan(0)
      expect(filters.length).toBeGreaterThanOrEqual(touched.length)
    },
  )

  it('but one is for one user: the grouped write, which is a call for each place once users live in several', () => {
    expect(keepSql.text).toContain('threadkeep.keep(')
    expect(
      statements.filter(({ text }) => /= ANY|\bkeep\(/.test(text.replaceAll(/ANY \(\$\d+::integer/g, ''))),
    ).toEqual([])
    expect(statements.some(({ text }) => big.test(text))).toBe(true)
  })
})

function prefixed(of: string, sqls: Record<string, { name: string; text: string }>) {
  return Object.fromEntries(Object.entries(sqls).map(([name, sql]) => [`${of} ${name}`, sql]))
}

const userColumns = async () =>
  new Map((await asSuper(must(house, 'open').superUrl, userTables)).map(({ name, column }) => [name, column]))

const names = (relation: string, numbers: string) =>
  `(SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(${numbers}) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = k.number)`

/** Also the far ends of foreign keys, as keys of the table they lead to. */
async function keys(): Promise<Key[]> {
  const of = [...(await userColumns()).keys()]
  return asSuper(must(house, 'open').superUrl, async (client) => {
    const { rows } = await client.query<Key>(
      `SELECT i.indexrelid::regclass::text AS name, i.indrelid::regclass::text AS of,
          CASE WHEN i.indisprimary THEN 'primary key' WHEN i.indisunique THEN 'unique' ELSE 'index' END AS kind, ${names('i.indrelid', 'i.indkey::int2[]')} AS columns
        FROM pg_index i WHERE i.indrelid = ANY ($1::regclass[])
      UNION ALL SELECT conname, conrelid::regclass::text, 'foreign key', ${names('conrelid', 'conkey')}
        FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY ($1::regclass[])
      UNION ALL SELECT conname, confrelid::regclass::text, 'referred to', ${names('confrelid', 'confkey')}
        FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY ($1::regclass[])`,
      [of],
    )
    expect(ourSchemas).toContain('threadkeep')
    return rows
  })
}
