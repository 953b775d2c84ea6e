// threadkeep doctor --schema: every table, column and index, as the code expects it and as it is in the file.

import { parseArgs } from 'node:util'
import { inspectSchema } from '../server.ts'

export async function doctor(words: string[]): Promise<number> {
  const { values } = parseArgs({
    args: words,
    options: { schema: { type: 'boolean' }, json: { type: 'boolean' } },
  })
  if (!values.schema) {
    console.error('Say what to look at: threadkeep doctor --schema')
    return 2
  }
  const { file, lines } = await inspectSchema()
  const differing = lines.filter(({ expected, found }) => expected !== found)
  if (values.json) console.log(JSON.stringify({ file, lines, differing: differing.length }, null, 2))
  else print(file, lines, differing.length)
  return differing.length === 0 ? 0 : 1
}

function print(
  file: string,
  lines: Awaited<ReturnType<typeof inspectSchema>>['lines'],
  differing: number,
): void {
  console.log(`Schema of ${file}\n`)
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
