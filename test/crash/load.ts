// A process to be killed: opens a store and lets 64 writers send turn after turn, each printed only once it is acknowledged.
//
//   node test/crash/load.ts <file or address> <life> honest | control-early-ack | control-unflushed <data folder>
import { writeSync } from 'node:fs'
import type { Commit } from '../../src/core/change.ts'
import { keptOrThrow } from '../../src/core/receipt.ts'
import { openPostgres } from '../../src/store/postgres/open.ts'
import { openSqlite } from '../../src/store/sqlite/open.ts'
import { commitOf, type Turn, turnName, writersCount } from './turn.ts'

const [address = '', life = '0', mode = 'honest', folder = ''] = process.argv.slice(2)
/** The control of a power cut: the same store, which flushes nothing. */
const ephemeral = mode === 'control-unflushed'
const store = await (address.startsWith('postgres:')
  ? openPostgres({ url: address, folder })
  : openSqlite({ file: address, folder, ephemeral }))
const keep = async (commit: Commit): Promise<void> => void keptOrThrow(await store.commit(commit))
const acknowledge = (turn: Turn): void => void writeSync(1, `${turnName(turn)}\n`)

async function sendHonestly(turn: Turn): Promise<void> {
  await keep(commitOf(turn, Date.now()))
  acknowledge(turn)
}

/** The control: what a server does that answers before its store has. */
async function sendTooEarly(turn: Turn): Promise<void> {
  const kept = keep(commitOf(turn, Date.now()))
  acknowledge(turn)
  await kept
}

async function write(writer: number): Promise<never> {
  const send = mode === 'control-early-ack' ? sendTooEarly : sendHonestly
  for (let n = 0; ; n++) await send({ life: Number(life), writer, n })
}

await Promise.all(Array.from({ length: writersCount }, (_, writer) => write(writer)))
