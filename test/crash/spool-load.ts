// A process to be killed: opens a spool and lets 64 writers say one thing after the other into it, each printed once it is acknowledged.
//
//   node test/crash/spool-load.ts <file in the data folder> <life> honest | control-unflushed
import { writeSync } from 'node:fs'
import { constants, type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { keptOrThrow } from '../../src/core/receipt.ts'
import { Spool } from '../../src/store/spool/spool.ts'
import { said } from '../store/commits.ts'
import { questionId, threadOf, type Turn, turnName, userOf, wordsOf, writersCount } from './turn.ts'

const [file = '', life = '0', mode = 'honest'] = process.argv.slice(2)
const folder = dirname(file)
const spool = await Spool.open(mode === 'control-unflushed' ? { folder, open: unflushed } : { folder })

/** The control: a journal that says that it is flushed. */
async function unflushed(path: string): Promise<FileHandle> {
  return Object.assign(await open(path, constants.O_RDWR | constants.O_CREAT, 0o600), {
    sync: async () => {},
  })
}

async function say(turn: Turn): Promise<void> {
  const id = questionId(turn)
  const changes = [said(threadOf(turn.writer), wordsOf(id), { id })]
  const commit = { user: userOf(turn.writer), at: Date.now(), changes }
  keptOrThrow(await spool.take(commit, { changeSeq: 0, position: '' }))
  writeSync(1, `${turnName(turn)}\n`)
}

async function write(writer: number): Promise<never> {
  for (let n = 0; ; n++) await say({ life: Number(life), writer, n })
}

await Promise.all(Array.from({ length: writersCount }, (_, writer) => write(writer)))
