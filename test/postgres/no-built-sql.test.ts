// No SQL is put together while the house runs: what anybody says reaches a database as a value, and never as a part of a sentence.
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtSql, sentByName } from './built-sql.ts'

const root = path.resolve(import.meta.dirname, '../..')
const house = fs.globSync('src/**/*.ts', { cwd: root }).map((file) => ({
  path: file.replaceAll(path.sep, '/'),
  text: fs.readFileSync(path.join(root, file), 'utf8'),
}))

/** Put together from what no request holds. */
const safe: Record<string, string> = {
  'src/identity/sqlite-guests.ts: `BEGIN IMMEDIATE; ${schema}; PRAGMA user_version = ${version}; COMMIT`':
    'two constants of the module',
  'src/store/postgres/roles.ts: `-- As a superuser, once for a server. Choose passwords of your own. CREATE ROLE threadkee':
    'shown to an operator, and sent nowhere',
  'src/store/sqlite/connection.ts: ` PRAGMA page_size = ${pageSize}; ${mark} PRAGMA journal_mode = WAL; PRAGMA synchronous = ':
    'numbers of the module, and one of two words of a type',
  'src/store/sqlite/connection.ts: `PRAGMA application_id = ${applicationId};`': 'a number of the module',
  'src/store/sqlite/connection.ts: `PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA ca':
    'a number of the module',
}

/** What an operator has done to a file of their own, by the names that the file's catalogue or this house gives to tables: no request leads here. */
const operators =
  /^src\/store\/sqlite\/(backup-as-sql|backup-census|backup-trial|doctor|salvage|salvage-rows)\.ts: /

/** Handed on from a caller, who has it from a constant. */
const handedOn: Record<string, string> = {
  'src/identity/migrations.ts: client.query(sql)': 'a numbered file of the package',
  'src/store/postgres/migrate.ts: client.query(sql)': 'a numbered file of the package',
  "src/store/postgres/pool.ts: client.query<Cell[]>({ name, text, values: [...values], rowMode: 'array', types })":
    'a Sql, of which each is a constant: the law above',
  'src/store/sqlite/migrate.ts: db.exec(migration.sql)': 'a numbered file of the package',
  'src/store/sqlite/moving.ts: db.prepare(sql)': 'the statements of the module, one after the other',
  'src/store/sqlite/read-asking.ts: db.prepare(sql)': 'the statements of read-sql.ts, one after the other',
  'src/store/sqlite/statements.ts: db.prepare(text)': 'the statements of the module, one after the other',
}

const planted = (text: string) => [{ path: 'src/store/planted.ts', text }]

describe('the house', () => {
  it('is looked at', () => {
    expect(house.map((file) => file.path)).toContain('src/store/postgres/pool.ts')
    expect(house.length).toBeGreaterThan(150)
  })

  it('puts together no SQL but what is listed here, with why it is safe', () => {
    expect(builtSql(house).filter((place) => !(place in safe) && !operators.test(place))).toEqual([])
  })

  it('hands to a driver its own constants, or what is listed here', () => {
    const files = house.filter((file) => /^src\/(store|identity)\//.test(file.path))
    expect(sentByName(files).length).toBeGreaterThan(4)
    expect(sentByName(files).filter((place) => !(place in handedOn))).toEqual([])
  })
})

describe('what is put together from what somebody said', () => {
  it.each([
    'export const find = (db, id) => db.query(`SELECT * FROM users WHERE id = ${id}`)',
    "export function find(db, id) { return db.query('SELECT * FROM users WHERE id = ' + id) }",
    "export class Users { find(id) { return this.db.query('DELETE FROM users '.concat(id)) } }",
    "export const find = (db, ids) => db.query(['SELECT * FROM users', ids].join(' '))",
    "export function find(db, id) { let sql = ''; sql += 'SELECT * FROM users WHERE ' ; return db.query(sql + id) }",
    'const where = (id) => `WHERE id = ${id}`\nexport const find = (db, id) => db.query(where(id))',
    'const order = (by) => `SELECT 1 ORDER BY ${by}`\nexport class A { #go(by) { return order(by) } }',
    "export const find = (db, by) => db.query('SELECT * FROM users ORDER BY x'.replace('x', by))",
  ])('is found: %s', (code) => {
    expect(builtSql(planted(code))).not.toEqual([])
  })

  it.each([
    'const columns = "id, name"\nexport const users = `SELECT ${columns} FROM users WHERE id = $1`',
    'const of = (table) => `SELECT * FROM ${table} WHERE id = $1`\nexport const all = { users: of("users"), threads: of("threads") }',
    'const where = (w) => `WHERE ${w}`\nconst of = (t) => `SELECT * FROM ${t} ${where("a = $1")}`\nexport const a = of("users")',
    'export const all = ["users", "threads"].map((table) => `SELECT * FROM ${table}`)',
    'export const find = (db, id) => db.query("SELECT * FROM users WHERE id = $1", [id])',
    'export const say = (name) => `${name} is from here`',
  ])('is not what is put together from the house’s own: %s', (code) => {
    expect(builtSql(planted(code))).toEqual([])
  })

  it('is found also where it is sent under a name', () => {
    expect(sentByName(planted('export const ask = (db, sql) => db.query(sql)'))).toHaveLength(1)
    expect(sentByName(planted('const sql = "SELECT 1"\nexport const ask = (db) => db.query(sql)'))).toEqual(
      [],
    )
  })
})
