// threadkeep doctor: what is wrong with the store, in words; mends what can be made again; reads out what can be read of a bad file.

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { configFrom } from '../config.ts'
import { inspectSchema, upkeep } from '../server.ts'

/** 0 clean, 1 something was found, 2 it could not be looked at. */
export async function doctor(words: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    options: {
      schema: { type: 'boolean' },
      repair: { type: 'boolean' },
      salvage: { type: 'boolean' },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  })
  const json = values.json ?? false
  if (values.schema) return schema(json)
  try {
    if (values.salvage) return await salvage(positionals, json)
    return values.repair ? await repair(json) : await examine(json)
  } catch (fault) {
    if (!(fault instanceof Error && 'hint' in fault)) throw fault
    console.error(`${fault.message}\n${String(fault.hint)}`)
    return 2
  }
}

type Report = Awaited<ReturnType<typeof upkeep.examine>>
type Findings = Report['findings']

async function examine(json: boolean): Promise<number> {
  const report = await upkeep.examine(configFrom())
  const { place, users, threads, messages, findings, scrub } = report
  if (json) console.log(JSON.stringify(report, null, 2))
  else {
    console.log(`${place}: ${users} users, ${threads} threads, ${messages} messages\n`)
    tell(findings)
    if (scrub) tellScrub(scrub)
    console.log(findings.length === 0 ? 'Nothing is wrong.' : `${findings.length} found.`)
  }
  return findings.length === 0 ? 0 : 1
}

async function repair(json: boolean): Promise<number> {
  const { place, before, after, evidence } = await upkeep.repair(configFrom())
  if (json) console.log(JSON.stringify({ place, before, after, evidence }, null, 2))
  else {
    tell(after.findings)
    console.log(
      evidence
        ? `${before.findings.length - after.findings.length} of ${before.findings.length} mended. What was there before, and a report, are in ${evidence}`
        : 'There was nothing that could be made again, and nothing was changed.',
    )
  }
  return after.findings.length === 0 ? 0 : 1
}

async function salvage([bad, to, more]: string[], json: boolean): Promise<number> {
  upkeep.refuseSalvage(configFrom().store, bad)
  if (bad === undefined || to === undefined || more !== undefined) {
    console.error('Say from where and to where: threadkeep doctor --salvage <bad file> <new folder>')
    return 2
  }
  const salvaged = await upkeep.salvageInto(resolve(bad), resolve(to))
  const { rows, unread, misfits, threads, after, file, report } = salvaged
  const isWhole = unread.length + misfits + threads.length + after.findings.length === 0
  if (json) console.log(JSON.stringify(salvaged, null, 2))
  else {
    for (const { user, thread, found, missing, altered } of threads)
      console.log(
        `${user} / ${thread}: ${found} messages came over, ${missing.length} could not be read, ${altered.length} had other words than were said`,
      )
    console.log(`${rows['messages'] ?? 0} messages in ${rows['threads'] ?? 0} threads are in ${file}`)
    console.log(isWhole ? 'Nothing is missing.' : `What is missing is in ${report}`)
    console.log(`${bad} was only read. Keep it.`)
  }
  return isWhole ? 0 : 1
}

function tell(findings: Findings): void {
  for (const { kind, what, means, todo, where } of findings) {
    const place = Object.entries(where).map(([name, id]) => `${name} ${id}`)
    console.log(
      `${kind}${place.length > 0 ? `  ${place.join(', ')}` : ''}\n  ${what}\n  ${means}\n  ${todo}\n`,
    )
  }
}

function tellScrub({ round, messages, mismatches, endedAt, found }: NonNullable<Report['scrub']>): void {
  const last = endedAt === null ? 'none is complete yet' : `the last ended ${new Date(endedAt).toISOString()}`
  console.log(
    `The scrub is in round ${round} (${messages} messages so far; ${last}) and has found ${mismatches}.`,
  )
  for (const { what } of found) console.log(`  ${what}`)
}

async function schema(json: boolean): Promise<number> {
  const { place, lines } = await inspectSchema()
  const differing = lines.filter(({ expected, found }) => expected !== found)
  if (json) console.log(JSON.stringify({ place, lines, differing: differing.length }, null, 2))
  else printSchema(place, lines, differing.length)
  return differing.length === 0 ? 0 : 1
}

type Lines = Awaited<ReturnType<typeof inspectSchema>>['lines']

function printSchema(place: string, lines: Lines, differing: number): void {
  console.log(`Schema of ${place}\n`)
  for (const { kind, name, expected, found } of lines) {
    const mark = expected === found ? 'ok  ' : expected === null ? 'MORE' : found === null ? 'GONE' : 'DIFF'
    const shape =
      expected === found ? expected : `expected ${expected ?? 'nothing'}, found ${found ?? 'nothing'}`
    console.log(`${mark}  ${kind.padEnd(6)}  ${name.padEnd(36)}  ${shape}`)
  }
  console.log(
    differing === 0
      ? `\n${lines.length} lines, all as expected.`
      : `\n${differing} of ${lines.length} lines differ.`,
  )
}
