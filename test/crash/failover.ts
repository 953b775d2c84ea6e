// A primary is killed while people write, and its replica takes its place: what was acknowledged as replicated has to be there.
// Without waiting for the replica, and with the line to it cut a moment before, the last of what was on disk alone is lost.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { xorInto } from '../../src/core/checksum.ts'
import type { Durability } from '../../src/core/receipt.ts'
import type { Store } from '../../src/core/store.ts'
import { checksumOf, linkOf } from '../../src/store/hash.ts'
import { migratePostgres } from '../../src/store/postgres/migrate.ts'
import { openPostgres } from '../../src/store/postgres/open.ts'
import { type PostgresReplica, startReplica } from '../postgres/replica.ts'
import { makeRoles } from '../postgres/roles.ts'
import { startPostgres } from '../postgres/server.ts'

export type FailoverFigures = {
  acked: number
  replicated: number
  lost: number
  lostReplicated: number
  equalSeqs: number
  wrongChains: number
  secondsToFirstWrite: number
  faults: string[]
}

const writers = 32
const beforeMs = 2_500
const cutOffMs = 600
const afterMs = 1_500

type Acked = { user: string; id: string; seq: number; durability: Durability }
type Line = {
  store: Store
  movedAt: number
  firstWriteAt: number
  over: boolean
  acked: Acked[]
  faults: string[]
}

export async function failover({ synchronous }: { synchronous: boolean }): Promise<FailoverFigures> {
  await using primary = await startPostgres({ fsync: true })
  await makeRoles(primary.url)
  await asSuper(primary.url, 'CREATE DATABASE house OWNER threadkeep_owner')
  await migratePostgres(as(primary.url, 'threadkeep_owner'))
  await using replica = await startReplica(primary, { synchronous })
  const first = await openPostgres({ url: as(primary.url, 'threadkeep_app'), waitMs: 1_000 })
  const line: Line = { store: first, movedAt: 0, firstWriteAt: 0, over: false, acked: [], faults: [] }
  const crowd = Array.from({ length: writers }, (_, i) => write(line, `user-${i}`))
  await sleep(beforeMs)
  if (!synchronous) await cutOff(replica)
  await primary.kill('SIGKILL')
  const killedAt = performance.now()
  await replica.promote()
  await using second = await openPostgres({ url: as(replica.url, 'threadkeep_app'), waitMs: 1_000 })
  Object.assign(line, { store: second, movedAt: performance.now() })
  await sleep(afterMs)
  line.over = true
  await Promise.all(crowd)
  await first[Symbol.asyncDispose]()
  return { ...(await compare(second, line)), secondsToFirstWrite: (line.firstWriteAt - killedAt) / 1000 }
}

/** One person, one message after the other; what was not answered is sent again with the same id, wherever the store is by then. */
async function write(line: Line, user: string): Promise<void> {
  for (let n = 1; !line.over; n++) {
    const id = `${user}-${n}`
    while (!(await sent(line, user, id)) && !line.over) await sleep(20)
  }
}

async function sent(line: Line, user: string, id: string): Promise<boolean> {
  const moved = line.movedAt > 0
  try {
    const outcome = await line.store.commit({
      user,
      at: Date.now(),
      changes: [
        { kind: 'thread.created', threadId: 't', unless: 'there' },
        { kind: 'message.said', threadId: 't', id, role: 'user', text: `words of ${id}` },
      ],
    })
    if (!('receipt' in outcome)) throw new Error(`${id}: ${JSON.stringify(outcome)}`)
    const { seq, durability } = outcome.receipt
    line.acked.push({ user, id, seq: seq ?? 0, durability })
    if (moved && line.firstWriteAt === 0) line.firstWriteAt = performance.now()
    return true
  } catch (fault) {
    if (!(fault instanceof Error && 'code' in fault && fault.code === 'unavailable'))
      line.faults.push(String(fault))
    return false
  }
}

/** The replica hears nothing more of its primary, as when the line between them is cut a while before the primary dies. */
async function cutOff(replica: PostgresReplica): Promise<void> {
  await asSuper(replica.url, `ALTER SYSTEM SET primary_conninfo = ''`)
  await asSuper(replica.url, 'SELECT pg_reload_conf()')
  await sleep(cutOffMs)
}

async function compare(
  store: Store,
  { acked, faults }: Line,
): Promise<Omit<FailoverFigures, 'secondsToFirstWrite'>> {
  const figures = {
    acked: acked.length,
    replicated: 0,
    lost: 0,
    lostReplicated: 0,
    equalSeqs: 0,
    wrongChains: 0,
    faults,
  }
  for (const [user, theirs] of Map.groupBy(acked, ({ user }) => user)) {
    const { there, chainHolds } = await readAll(store, user)
    if (!chainHolds) figures.wrongChains++
    figures.equalSeqs += there.size - new Set(there.values()).size
    for (const { id, durability } of theirs) {
      const gone = !there.has(id)
      if (durability === 'replicated') figures.replicated++
      if (gone) figures.lost++
      if (gone && durability === 'replicated') figures.lostReplicated++
    }
  }
  return figures
}

async function readAll(
  store: Store,
  user: string,
): Promise<{ there: Map<string, number>; chainHolds: boolean }> {
  const there = new Map<string, number>()
  const chain = new Uint8Array(16)
  for (let after = 0; ;) {
    const page = await store.messages(user, 't', { branch: 'all', after, limit: 200 })
    for (const { id, seq, role, text } of page?.messages ?? []) {
      there.set(id, seq)
      xorInto(chain, linkOf(seq, id, checksumOf(role, { text, parts: null })))
      after = seq
    }
    if (!page?.hasMore.after) break
  }
  const thread = await store.thread(user, 't')
  return { there, chainHolds: Buffer.from(chain).toString('hex') === thread?.chain }
}

function as(url: string, role: string): string {
  const mine = new URL(url)
  mine.username = role
  mine.pathname = '/house'
  return mine.href
}

async function asSuper(url: string, sql: string): Promise<void> {
  const client = new Client(url)
  await client.connect()
  await client.query(sql)
  await client.end()
}
