// What every other test on PostgreSQL leans on: servers that start and end, copies of databases, replicas.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { describe, expect, inject, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { freshDatabase, makeTemplate } from './database.ts'
import { startReplica } from './replica.ts'
import { roles } from './roles.ts'
import { startPostgres } from './server.ts'
import { asSuper } from './super.ts'

describe('a server', () => {
  it('waits for commits though it does not wait for the disk', async () => {
    expect(await valueOf(inject('postgresUrl'), 'show synchronous_commit')).toBe('on')
    expect(await valueOf(inject('postgresUrl'), 'show fsync')).toBe('off')
  })

  it('takes the settings it is given, and is gone with its folder when stopped', async () => {
    const server = await startPostgres({ fsync: true, settings: { work_mem: '7MB' } })
    expect(await valueOf(server.url, 'show work_mem')).toBe('7MB')
    expect(await valueOf(server.url, 'show fsync')).toBe('on')
    await server.stop()
    expect([isAlive(server.pid), fs.existsSync(server.folder)]).toEqual([false, false])
  })

  it('comes back after a kill, on its folder and port, with what it had said it kept', async () => {
    await using first = await startPostgres()
    await asSuper(first.url, (client) => client.query('create table kept as select 1 as one'))
    await first.kill('SIGKILL')
    await using second = await startPostgres({ dataFolder: first.folder, port: first.port })
    expect(await valueOf(second.url, 'select one from kept')).toBe(1)
  })

  it('dies with the process that started it', async () => {
    const { parent, server } = await startedElsewhere()
    expect(isAlive(server.pid)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => isAlive(server.pid), { timeout: 10_000 }).toBe(false)
    await expect.poll(() => fs.existsSync(server.folder), { timeout: 10_000 }).toBe(false)
  })

  it('says why it did not start', async () => {
    await expect(startPostgres({ settings: { work_mem: 'plenty' } })).rejects.toThrow('work_mem')
  })
})

describe('a database', () => {
  it('is a copy of what was filled once, and nobody else sees what is done to it', async () => {
    const fills = await filledAtOnce('harness_once')
    await using one = await freshDatabase({ template: 'harness_once' })
    await using other = await freshDatabase({ template: 'harness_once' })
    await asSuper(one.superUrl, (client) => client.query('delete from filled'))
    expect(fills).toBe(1)
    expect(await valueOf(one.superUrl, counted)).toBe(0)
    expect(await valueOf(other.superUrl, counted)).toBe(1_000)
  })

  it('is filled again after a filling that failed', async () => {
    const broken = makeTemplate('harness_again', () => Promise.reject(new Error('spilled')))
    await expect(broken).rejects.toThrow('spilled')
    await makeTemplate('harness_again', fill)
    await using database = await freshDatabase({ template: 'harness_again' })
    expect(await valueOf(database.superUrl, counted)).toBe(1_000)
  })

  it('is there soon', async () => {
    await makeTemplate('harness_soon', fill)
    const start = performance.now()
    for (let n = 0; n < 10; n++) await (await freshDatabase({ template: 'harness_soon' })).drop()
    const ms = (performance.now() - start) / 10
    console.log(`a copy of a database, made and dropped: ${ms.toFixed(0)} ms`)
    expect(ms).toBeLessThan(2_000)
  })

  it('is gone when dropped, with whoever was still connected', async () => {
    const database = await freshDatabase()
    const client = new Client(database.superUrl)
    const lost = new Promise((resolve) => client.on('error', resolve))
    await client.connect()
    await database.drop()
    await expect(lost).resolves.toBeInstanceOf(Error)
    await expect(valueOf(database.superUrl, 'select 1')).rejects.toThrow('does not exist')
  })

  it('belongs to the owner, and no role is above its laws', async () => {
    await using database = await freshDatabase()
    const owner = 'select pg_get_userbyid(datdba) from pg_database where datname = current_database()'
    const above = 'select rolsuper or rolbypassrls from pg_roles where rolname = current_user'
    expect(await valueOf(database.superUrl, owner)).toBe('threadkeep_owner')
    for (const role of Object.keys(roles)) {
      expect(await valueOf(database.urlFor(role), 'select current_user')).toBe(role)
      expect(await valueOf(database.urlFor(role), above)).toBe(false)
    }
  })
})

describe('a replica', () => {
  it('follows its primary, takes its place, and is followed in turn', async () => {
    await using first = await startPostgres()
    await asSuper(first.url, fillWith)
    await using second = await startReplica(first)
    await asSuper(first.url, (client) => client.query('insert into filled values (0)'))
    await expect.poll(() => valueOf(second.url, counted)).toBe(1_001)
    await expect(valueOf(second.url, 'delete from filled')).rejects.toThrow('read-only')
    await first.kill('SIGKILL')
    await second.promote()
    await using third = await startReplica(second, { synchronous: true })
    await asSuper(second.url, (client) => client.query('delete from filled'))
    await expect.poll(() => valueOf(third.url, counted)).toBe(0)
  })

  it('is waited for when synchronous, until it is stopped in good order', async () => {
    await using primary = await startPostgres()
    await asSuper(primary.url, fillWith)
    await using replica = await startReplica(primary, { synchronous: true })
    await replica.kill('SIGSTOP')
    const commit = asSuper(primary.url, (client) => client.query('delete from filled'))
    expect(await isSettledWithin(commit, 300)).toBe(false)
    await replica.kill('SIGCONT')
    await commit
    await replica.stop()
    await asSuper(primary.url, (client) => client.query('insert into filled values (0)'))
    expect(await valueOf(primary.url, 'select count(*)::int from pg_replication_slots')).toBe(0)
  })
})

const counted = 'select count(*)::int from filled'

function valueOf(url: string, sql: string): Promise<unknown> {
  return asSuper(url, async (client) => {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' })
    return rows[0]?.[0]
  })
}

const fill = (url: string) => asSuper(url, fillWith)

async function fillWith(client: Client): Promise<void> {
  await client.query('create table filled as select generate_series(1, 1000) as n')
}

/** How often four askers at once had it filled. */
async function filledAtOnce(template: string): Promise<number> {
  let fills = 0
  const fillOnce = (url: string) => {
    fills++
    return fill(url)
  }
  await Promise.all(Array.from({ length: 4 }, () => makeTemplate(template, fillOnce)))
  return fills
}

async function startedElsewhere() {
  const module = JSON.stringify(new URL('server.ts', import.meta.url).href)
  const code = `
    const { startPostgres } = await import(${module})
    const { pid, folder } = await startPostgres()
    console.log(JSON.stringify({ pid, folder }))
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string]
  return {
    parent,
    server: must(JSON.parse(line) as { pid: number; folder: string }, 'it says what it started'),
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function isSettledWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const settled = work.then(() => true)
  return Promise.race([settled, new Promise<boolean>((resolve) => setTimeout(resolve, ms, false))])
}
