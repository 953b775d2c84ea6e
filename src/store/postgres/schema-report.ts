// What the code expects of a PostgreSQL schema and what the catalogue really has, line by line. Any login may look.

import type { SchemaLine } from '../../core/upkeep.ts'
import { expectedSchema } from './expected-schema.ts'
import type { Pool, Sql } from './pool.ts'

type Shape = Pick<SchemaLine, 'kind' | 'name'> & { shape: string }

const catalogue: Sql = {
  name: 'catalogue',
  text: `
    WITH house AS (
      SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.reloptions FROM pg_class c
      WHERE c.relnamespace = to_regnamespace('threadkeep') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    )
    SELECT 'table', h.relname::text, concat_ws(', ',
      CASE h.relkind WHEN 'v' THEN 'view' WHEN 'r' THEN 'table' ELSE 'relation of kind ' || h.relkind::text END,
      CASE WHEN h.relforcerowsecurity AND h.relrowsecurity THEN 'row security forced' WHEN h.relrowsecurity THEN 'row security' END,
      'policies ' || (SELECT string_agg(p.polname::text, ' ' ORDER BY p.polname::text COLLATE "C") FROM pg_policy p WHERE p.polrelid = h.oid),
      array_to_string(h.reloptions, ' '))
    FROM house h
    UNION ALL
    SELECT 'column', h.relname || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
      (SELECT 'COLLATE ' || l.collname FROM pg_collation l WHERE l.oid = a.attcollation AND l.collname <> 'default'),
      CASE WHEN a.attnotnull THEN 'NOT NULL' END,
      (SELECT 'KEY' FROM pg_index i WHERE i.indrelid = h.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)))
    FROM house h JOIN pg_attribute a ON a.attrelid = h.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'index', h.relname || ': ' || n.relname, concat_ws(' ', CASE WHEN i.indisunique THEN 'UNIQUE' END,
      substring(pg_get_indexdef(i.indexrelid) FROM ' USING (.*)$'), CASE WHEN NOT i.indisvalid THEN 'NOT VALID' END)
    FROM house h JOIN pg_index i ON i.indrelid = h.oid JOIN pg_class n ON n.oid = i.indexrelid`,
}

export async function schemaReport(pool: Pool): Promise<SchemaLine[]> {
  const expected = byName(linesIn(expectedSchema))
  const found = byName(await shapesIn(pool))
  const names = [...new Set([...expected.keys(), ...found.keys()])].toSorted()
  return names.map((name) => {
    const kind = expected.get(name)?.kind ?? found.get(name)?.kind ?? 'table'
    return { kind, name, expected: expected.get(name)?.shape ?? null, found: found.get(name)?.shape ?? null }
  })
}

/** What the catalogue says, as the text of expected-schema.ts: a test holds the two against each other after the migrations. */
export async function schemaText(pool: Pool): Promise<string> {
  const lines = (await shapesIn(pool)).map(({ kind, name, shape }) => `${kind} | ${name} | ${shape}`)
  return `\n${lines.toSorted().join('\n')}\n`
}

async function shapesIn(pool: Pool): Promise<Shape[]> {
  const rows = await pool.all((session) => session.rows(catalogue))
  return (rows as [SchemaLine['kind'], string, string][]).map(([kind, name, shape]) => ({
    kind,
    name,
    shape,
  }))
}

const linesIn = (text: string): Shape[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [kind = '', name = '', shape = ''] = line.split(' | ')
      return { kind: kind as SchemaLine['kind'], name, shape }
    })

const byName = (shapes: readonly Shape[]) => new Map(shapes.map((shape) => [shape.name, shape]))
