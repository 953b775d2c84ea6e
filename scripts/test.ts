// Tries everything that must hold at a commit, cheapest first, and stops at the first step that fails.
//
//   node scripts/test.ts             format, lint, types, every test
//   node scripts/test.ts --quick     the same without what kills processes or drives a browser
//   node scripts/test.ts store/      further words go to vitest: only the test files whose path has them
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { tally, type Report } from './tally.ts'

const root = path.resolve(import.meta.dirname, '..')
const bin = path.join(root, 'node_modules/.bin')
const filters = process.argv.slice(2).filter((word) => word !== '--quick')
const projects = process.argv.includes('--quick') ? ['--project', 'unit', '--project', 'postgres'] : []
const reportFile = path.join(os.tmpdir(), `threadkeep-tests-${process.pid}.json`)
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]

const steps: [name: string, program: string, ...args: string[]][] = [
  ['format', 'oxfmt', '--check'],
  ['lint', 'oxlint'],
  ['types', 'tsc'],
  ['tests', 'vitest', 'run', ...projects, ...reporters, ...filters],
]

const began = performance.now()
const broken = steps.find(([name, program, ...args]) => !passes(name, program, args))
summarise(broken?.[0])
process.exitCode = broken ? 1 : 0

function passes(name: string, program: string, args: string[]): boolean {
  const start = performance.now()
  console.log(`── ${name}`)
  // The programs are scripts that ask the PATH for a node: it has to be the one that runs us.
  const PATH = [path.dirname(process.execPath), bin, process.env['PATH']].join(path.delimiter)
  const env = { ...process.env, PATH }
  const ended = spawnSync(path.join(bin, program), args, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (ended.error) console.log(`${program} did not start: ${ended.error.message}`)
  const passed = ended.status === 0
  console.log(`── ${name}: ${passed ? 'good' : 'FAILED'}, ${secondsSince(start)}`)
  return passed
}

function summarise(brokenStep: string | undefined): void {
  if (brokenStep) console.log(`\nStopped at ${brokenStep}: its words are above.`)
  console.log(`\n${secondsSince(began)} in all`)
  if (!fs.existsSync(reportFile)) return console.log('No test was run.')
  const report = JSON.parse(fs.readFileSync(reportFile, 'utf8')) as Report
  fs.rmSync(reportFile)
  const { passed, failed, skipped, kinds } = tally(report, path.join(root, 'test'))
  console.log(`tests: ${[...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ')}`)
  if (skipped > 0) console.log(`${skipped} skipped`)
  console.log(`${passed} passed, ${failed} failed`)
}

function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}
