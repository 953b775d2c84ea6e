// Counts what vitest's JSON report says about a run: passed, failed, skipped, and how many of each kind.
export interface Report {
  testResults: { name: string; status: string; assertionResults: { status: string }[] }[]
}

export interface Tally {
  passed: number
  failed: number
  skipped: number
  kinds: Map<string, number>
}

/** `testFolder` is where the kinds are the first names below: test/store/… is a `store` test. */
export function tally(report: Report, testFolder: string): Tally {
  const total: Tally = { passed: 0, failed: 0, skipped: 0, kinds: new Map() }
  for (const file of report.testResults) {
    const kind = kindOf(file.name, testFolder)
    total.kinds.set(kind, (total.kinds.get(kind) ?? 0) + file.assertionResults.length)
    for (const { status } of file.assertionResults) {
      if (status === 'passed') total.passed++
      else if (status === 'failed') total.failed++
      else total.skipped++
    }
    // A file that cannot be loaded reports no test at all, and is a failure all the same.
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
      total.failed++
  }
  return total
}

function kindOf(file: string, testFolder: string): string {
  const [first = ''] = file.slice(testFolder.length).split('/').filter(Boolean)
  return first.replace(/\.test\.tsx?$/, '')
}
