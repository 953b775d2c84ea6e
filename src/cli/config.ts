// threadkeep config: every setting, its value and where that came from.

import { parseArgs } from 'node:util'
import { type ConfigLine, configLines, type Setting, settings, withoutPassword } from '../config.ts'

export function config(words: string[]): number {
  const { values } = parseArgs({
    args: words,
    options: { json: { type: 'boolean' }, markdown: { type: 'boolean' } },
  })
  if (values.markdown) console.log(configurationPage())
  else if (values.json) console.log(JSON.stringify(configLines().map(masked), null, 2))
  else printLines()
  return 0
}

/** A secret is said to be there, and not said; of an address its password is one. */
function masked(line: ConfigLine): ConfigLine {
  const { value, secret } = line
  if (typeof value !== 'string' || value === '') return line
  return { ...line, value: secret ? '********' : isAddress(value) ? withoutPassword(value) : value }
}

const isAddress = (value: string) => /^\w+:\/\//.test(value)

function printLines(): void {
  for (const { env, value, from, meaning } of configLines().map(masked))
    console.log(
      `${env}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}  (${from})\n    ${meaning}`,
    )
}

/** docs/configuration.md, which a test compares with this. */
export function configurationPage(): string {
  const rows = Object.entries(settings).map(([option, { env, default: fallback, allowed, meaning }]) => {
    const shown = fallback === '' ? '' : `\`${fallback}\``
    return `| \`${env}\` | \`${option satisfies string as Setting}\` | ${shown} | ${allowed.replaceAll('"', '`')} | ${meaning} |`
  })
  return [
    '# Configuration',
    '',
    'Every setting, by its name in the environment and as an option of `threadkeep({ … })`. Options win over the environment, the',
    'environment over a `.env` file in the working folder, and that over the defaults. A wrong value is refused at start, with its',
    'name, its value and what is allowed. `threadkeep config` prints what is in force and where each value came from.',
    '',
    'This page is written by `threadkeep config --markdown` from `src/config.ts`; a test keeps them the same.',
    '',
    '| environment | option | default | allowed | meaning |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}
