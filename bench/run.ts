// Runs the bench and prints its table: `node bench/run.ts [row …] [--rounds N] [--quick] [--full] [--json file]`.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { must } from '../src/core/assert.ts'
import { append } from './append.ts'
import { body } from './body.ts'
import { cache } from './cache.ts'
import { coldOpen } from './cold-open.ts'
import { firstToken } from './first-token.ts'
import { growth } from './growth.ts'
import { journal } from './journal.ts'
import { list } from './list.ts'
import { loopDelay } from './loop-delay.ts'
import { page } from './page.ts'
import { postgresAppend } from './postgres-append.ts'
import { postgresNodes } from './postgres-nodes.ts'
import { postgresNotify } from './postgres-notify.ts'
import { postgresPage } from './postgres-page.ts'
import { postgresScrub } from './postgres-scrub.ts'
import { scrub } from './scrub.ts'
import { send } from './send.ts'
import { size } from './size.ts'
import type { Asked, Row } from './row.ts'
import { type Line, tableOf, verdictOf } from './table.ts'
import { median } from './rounds.ts'
import { tokens } from './tokens.ts'
import { turn } from './turn.ts'

const rows: Record<string, Row> = {
  append,
  turn,
  page,
  body,
  list,
  cache,
  growth,
  'loop-delay': loopDelay,
  scrub,
  send,
  'first-token': firstToken,
  tokens,
  journal,
  size,
  'cold-open': coldOpen,
  'postgres-append': postgresAppend,
  'postgres-page': postgresPage,
  'postgres-nodes': postgresNodes,
  'postgres-scrub': postgresScrub,
  'postgres-notify': postgresNotify,
}
const roundsMax = 100

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
})
const lines = await measure(rowsAsked(positionals), roundsAsked(values.rounds), values)
console.log(tableOf(lines))
if (values.json !== undefined) writeFileSync(values.json, asJson(lines))

function rowsAsked(names: readonly string[]): string[] {
  const stranger = names.find((name) => !(name in rows))
  if (stranger !== undefined)
    throw new Error(`There is no row "${stranger}". The rows are ${Object.keys(rows).join(', ')}.`)
  return names.length === 0 ? Object.keys(rows) : [...names]
}

function roundsAsked(given: string | undefined): number | null {
  if (given === undefined) return null
  const rounds = Number(given)
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= roundsMax) return rounds
  throw new Error(`--rounds takes a whole number from 1 to ${roundsMax}, and got "${given}".`)
}

async function measure(
  names: readonly string[],
  rounds: number | null,
  { quick, full }: Pick<Asked, 'quick' | 'full'>,
): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'threadkeep-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  process.once('SIGINT', () => process.exit(130))
  const lines: Line[] = []
  for (const name of names) {
    const began = performance.now()
    const own = join(folder, name)
    lines.push(
      ...(await must(
        rows[name],
        'the names were looked over',
      )({ folder: own, rounds: rounds ?? (quick ? 3 : 9), quick, full })),
    )
    rmSync(own, { recursive: true, force: true })
    console.error(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
  }
  return lines
}

function asJson(lines: readonly Line[]): string {
  const told = lines.map((line) => ({
    ...line,
    verdict: verdictOf(line),
    median: line.judged.length === 0 ? null : median(line.judged),
  }))
  return `${JSON.stringify({ node: process.version, lines: told }, null, 2)}\n`
}
