// docs/postgres.md on a server that nobody has touched: the SQL of `threadkeep roles`, the migration, a node, a message.
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { migrate, roles } from '../../src/server.ts'
import { startPostgres } from './server.ts'
import { asSuper } from './super.ts'
import { openNode } from './whole-house.ts'

it('the SQL that it prints makes a server on which a house opens', async () => {
  await using server = await startPostgres()
  const at = (login: string, database = 'chat') => `postgres://${login}@127.0.0.1:${server.port}/${database}`
  for (const statement of statementsOf(roles('chat').replaceAll('…', 'p@ss')))
    await asSuper(server.url, (client) => client.query(statement))
  await migrate({ storeOwner: at('threadkeep_owner:p%40ss') })
  const urlFor = (role: string) => at(`${role}:p%40ss`)
  const database = { name: 'chat', superUrl: server.url, urlFor, drop: async () => {}, [Symbol.asyncDispose]: async () => {} } // prettier-ignore
  await using node = await openNode(database)
  const ann = await node.guest()
  expect((await ann.keep(await ann.thread(), 'The first word')).status).toBe(201)
  expect(node.logs).toEqual([])
  expect(await seenBy(at('threadkeep_report:p%40ss'))).toEqual([{ text: 'The first word' }])
  expect(await seenBy(at('threadkeep_owner:p%40ss'))).toEqual([])
  // Whoever may read everybody writes nothing, and the server's log says what they asked.
  const manners = `select current_setting('log_statement') as log, current_setting('default_transaction_read_only') as reads`
  expect(await asked(at('threadkeep_report:p%40ss'), manners)).toEqual([{ log: 'all', reads: 'on' }])
})

const statementsOf = (sql: string): string[] =>
  sql
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter(Boolean)

const seenBy = (url: string) => asked(url, 'select text from threadkeep.messages')

async function asked(url: string, sql: string): Promise<unknown[]> {
  const client = new Client(url)
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}
