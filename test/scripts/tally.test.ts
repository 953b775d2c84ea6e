// What `npm test` says at its end is true, also when a file could not even be loaded.
import { expect, it } from 'vitest'
import { tally, type Report } from '../../scripts/tally.ts'

it('counts what passed, what failed and what was skipped, by kind', () => {
  const report = reportOf(
    ['/r/test/store/a.test.ts', 'failed', 'passed', 'failed'],
    ['/r/test/core.test.ts', 'passed', 'pending'],
  )
  const { passed, failed, skipped, kinds } = tally(report, '/r/test')
  expect({ passed, failed, skipped }).toEqual({ passed: 1, failed: 1, skipped: 1 })
  expect([...kinds]).toEqual([
    ['store', 2],
    ['core', 1],
  ])
})

it('counts a file that does not load as one failure', () => {
  expect(tally(reportOf(['/r/test/store/a.test.ts', 'failed']), '/r/test').failed).toBe(1)
})

function reportOf(...files: [name: string, status: string, ...tests: string[]][]): Report {
  const testResults = files.map(([name, status, ...tests]) => ({
    name,
    status,
    assertionResults: tests.map((status) => ({ status })),
  }))
  return { testResults }
}
