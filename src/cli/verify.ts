// threadkeep verify: tries a running house from outside, as a person would, and says what is so and what is not. Ends with 1 if
// anything is not, and with 2 where there is nobody to try.

import { parseArgs } from 'node:util'
import { configFrom } from '../config.ts'
import { round } from './verify-round.ts'
import { type Step, Steps } from './verify-step.ts'

const options = {
  url: { type: 'string' },
  token: { type: 'string' },
  'other-token': { type: 'string' },
  guests: { type: 'string' },
  timeout: { type: 'string', default: '60' },
  json: { type: 'boolean', default: false },
  restart: { type: 'boolean', default: false },
  data: { type: 'string' },
} as const

export async function verify(words: string[]): Promise<number> {
  const { values } = parseArgs({ args: words, options })
  const timeoutMs = Number(values.timeout) * 1_000
  if (!(timeoutMs >= 1_000 && timeoutMs <= 3_600_000)) return misused('--timeout is a number of seconds from 1 to 3600.') // prettier-ignore
  if (values.data !== undefined && !values.restart) return misused('--data belongs to --restart.')
  const steps = new Steps(AbortSignal.timeout(timeoutMs), values.json ? () => undefined : tell)
  const url = values.restart ? null : (values.url ?? addressOf(configFrom())).replace(/\/+$/, '')
  if (url === null) {
    const { restartRound } = await import('./verify-restart.ts')
    await restartRound(steps, values.data)
  } else {
    if (!(await answers(url))) return nobody(url, values.json)
    await round(steps, { url, token: values.token, otherToken: values['other-token'], guests: values.guests }) // prettier-ignore
  }
  const ms = steps.list.reduce((sum, { ms }) => sum + ms, 0)
  if (values.json) console.log(JSON.stringify({ url, ok: steps.areOk, ms, steps: steps.list }))
  else console.log(steps.areOk ? `All of it is so (${ms} ms).` : 'Not all of it is so.')
  return steps.areOk ? 0 : 1
}

const tell = ({ step, ok, ms, words }: Step) =>
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${step.padEnd(13)}${String(ms).padStart(6)} ms  ${words}`)

/** Where a house with these settings is reached from this machine. */
function addressOf({ url, host, port }: { url: string; host: string; port: number }): string {
  if (url !== '') return url
  const near = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${near.includes(':') ? `[${near}]` : near}:${port}`
}

/** Whatever it says: that somebody says something is enough to begin. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) })
    await response.body?.cancel()
    return true
  } catch {
    return false
  }
}

function nobody(url: string, json: boolean): number {
  const words = `No house answers at ${url}. Begin one with "threadkeep start", name another with --url, or try one in a passing folder: threadkeep verify --restart.`
  if (json) console.log(JSON.stringify({ url, ok: false, ms: 0, steps: [], words }))
  else console.error(words)
  return 2
}

function misused(words: string): number {
  console.error(`threadkeep verify: ${words}`)
  return 2
}
