// Every setting in one table: its name in the environment, its name as an option, its default and its meaning. Nobody else reads the
// environment.

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { ThreadkeepError } from './core/errors.ts'

const wholeNumber = z.string().regex(/^\d+$/).transform(Number)
const yesOrNo = z.enum(['1', '0', 'true', 'false', '']).transform((text) => text === '1' || text === 'true')
const storeAddress = z.string().regex(/^(sqlite:.+|memory:)$/)

export const settings = {
  host: {
    env: 'HOST',
    default: '127.0.0.1',
    meaning: 'The address to listen on. Only this machine can reach the default.',
    allowed: 'a host name or address',
    schema: z.string().min(1),
  },
  port: {
    env: 'PORT',
    default: '4400',
    meaning: 'The port to listen on; 0 takes any free one.',
    allowed: 'a whole number from 0 to 65535',
    schema: wholeNumber.pipe(z.number().max(65_535)),
  },
  data: {
    env: 'THREADKEEP_DATA',
    default: './data',
    meaning: 'The data folder. One process owns it at a time.',
    allowed: 'a path',
    schema: z
      .string()
      .min(1)
      .transform((path) => resolve(path)),
  },
  store: {
    env: 'THREADKEEP_STORE',
    default: '',
    meaning:
      'Where conversations are kept: `sqlite:<path>` (left out: `threadkeep.db` in the data folder), or `memory:` to keep nothing beyond this run.',
    allowed: '"sqlite:<path>" or "memory:"',
    schema: z.union([z.literal(''), storeAddress]),
  },
  expectStore: {
    env: 'THREADKEEP_EXPECT_STORE',
    default: '0',
    meaning:
      'With 1, a missing store is refused instead of begun: for machines whose disk may not be mounted yet.',
    allowed: '1 or 0',
    schema: yesOrNo,
  },
} as const

export type Setting = keyof typeof settings
export type Config = { [S in Setting]: z.output<(typeof settings)[S]['schema']> }
export type Options = { [S in Setting]?: Config[S] | string | undefined }
export type Origin = 'option' | 'environment' | '.env' | 'default'
export type ConfigLine = {
  setting: Setting
  env: string
  value: Config[Setting]
  from: Origin
  meaning: string
}

type Environment = Record<string, string | undefined>

/** Options win over the environment, the environment over `.env`, and that over the defaults. */
export function configFrom(
  options: Options = {},
  env: Environment = process.env,
  folder = process.cwd(),
): Config {
  const entries = configLines(options, env, folder).map(({ setting, value }) => [setting, value])
  return Object.fromEntries(entries) as Config
}

export function configLines(
  options: Options = {},
  env: Environment = process.env,
  folder = process.cwd(),
): ConfigLine[] {
  const file = envFile(folder)
  const lines = names.map((setting) => lineOf(setting, given(setting, options, env, file)))
  const data = String(lines.find(({ setting }) => setting === 'data')?.value)
  return lines.map((line) =>
    line.setting === 'store' ? { ...line, value: storeIn(data, String(line.value)) } : line,
  )
}

const names = Object.keys(settings) as Setting[]

function given(
  setting: Setting,
  options: Options,
  env: Environment,
  file: Environment,
): { text: string; from: Origin } {
  const option = options[setting]
  const { env: name, default: fallback } = settings[setting]
  if (option !== undefined) return { text: String(option), from: 'option' }
  if (env[name] !== undefined) return { text: env[name], from: 'environment' }
  if (file[name] !== undefined) return { text: file[name], from: '.env' }
  return { text: fallback, from: 'default' }
}

function lineOf(setting: Setting, { text, from }: { text: string; from: Origin }): ConfigLine {
  const { env, meaning, allowed, schema } = settings[setting]
  const parsed = schema.safeParse(text)
  if (parsed.success) return { setting, env, value: parsed.data, from, meaning }
  const name = from === 'option' ? `The option "${setting}"` : env
  const where = from === '.env' ? ' (in .env)' : ''
  throw new ThreadkeepError(
    'config',
    `${name} is ${JSON.stringify(text)}${where}, and must be ${allowed}.`,
    'Put it right or leave it out. `threadkeep config` lists every setting.',
  )
}

function storeIn(data: string, address: string): string {
  if (address === 'memory:') return address
  return `sqlite:${address === '' ? join(data, 'threadkeep.db') : resolve(address.slice('sqlite:'.length))}`
}

function envFile(folder: string): Environment {
  const path = join(folder, '.env')
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {}
}
