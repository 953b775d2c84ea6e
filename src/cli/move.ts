// threadkeep move: takes a whole store to another engine and compares what came. Ends with 1 if anything differs.

import { parseArgs } from 'node:util'
import { moveHouse, type MoveProgress, type MoveReport } from '../server.ts'

const everyMs = 200
const barWidth = 24

export async function move(words: string[]): Promise<number> {
  const options = { from: { type: 'string' }, to: { type: 'string' }, json: { type: 'boolean' } } as const
  const { values } = parseArgs({ args: words, options })
  if (!values.from || !values.to) {
    console.error(
      'threadkeep move needs both ends: --from sqlite:<path> --to postgres://<app login>@<host>/<database>, or the other way round.',
    )
    return 2
  }
  const report = await moveHouse({ from: values.from, to: values.to, progress: progressLine() })
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  if (values.json) console.log(JSON.stringify(report))
  else console.log(inWords(report))
  return report.differences.length === 0 ? 0 : 1
}

/** One line that is written over, where somebody looks on. */
function progressLine(): (progress: MoveProgress) => void {
  let shownAt = 0
  return ({ users, of, threads, messages, doing }) => {
    const now = Date.now()
    if (!process.stderr.isTTY || now - shownAt < everyMs) return
    shownAt = now
    const done = of === 0 ? 0 : Math.floor((users / of) * barWidth)
    const bar = '█'.repeat(done) + '░'.repeat(barWidth - done)
    process.stderr.write(
      `\r\x1b[K${doing} ${bar} ${users} of ${of} users, ${threads} threads, ${messages} messages`,
    )
  }
}

function inWords({ users, threads, messages, threadsWritten, guests, differences }: MoveReport): string {
  const there = `${users} users, ${threads} threads and ${messages} messages are there; ${threadsWritten} threads were written now, the rest was there before. Guests: ${guests}.`
  if (differences.length === 0) return `${there}\nEvery count and every chain is the same on both sides.`
  const told = differences.map(
    ({ user, thread, what }) => `  ${user}${thread === null ? '' : ` / ${thread}`}: ${what}`,
  )
  const hint = 'Make sure that nobody writes to either side, and run it again: only what differs is written.'
  return [there, `${differences.length} differences:`, ...told, hint].join('\n')
}
