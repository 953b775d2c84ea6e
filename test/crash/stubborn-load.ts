// A process on a disk that fails: 64 writers send a few turns each, and each that was not kept again with the same ids, until it is.
// It ends with 3 where the store says that it takes no more writes.
//
//   node test/crash/stubborn-load.ts <file> <turns of each writer> honest | control-unheeding
import { writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { keptOrThrow } from '../../src/core/receipt.ts'
import { openSqlite } from '../../src/store/sqlite/open.ts'
import { commitOf, type Turn, turnName, writersCount } from './turn.ts'

const [file = '', turns = '1', mode = 'honest'] = process.argv.slice(2)
const triesMax = 20
const store = await openSqlite({ file, folder: dirname(file), ephemeral: false })

async function send(turn: Turn): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      keptOrThrow(await store.commit(commitOf(turn, Date.now())))
      return
    } catch (fault) {
      if (!(fault instanceof ThreadkeepError)) throw fault
      if (mode === 'control-unheeding') return // the control: it takes a fault for an answer
      if (tries === triesMax) return giveUp(fault)
      await wait(2)
    }
}

function giveUp({ message, hint }: ThreadkeepError): never {
  writeSync(2, `${message} ${hint}\n`)
  process.exit(3)
}

async function write(writer: number): Promise<void> {
  for (let n = 0; n < Number(turns); n++) {
    await send({ life: 0, writer, n })
    writeSync(1, `${turnName({ life: 0, writer, n })}\n`)
  }
}

await Promise.all(Array.from({ length: writersCount }, (_, writer) => write(writer)))
await store[Symbol.asyncDispose]()
