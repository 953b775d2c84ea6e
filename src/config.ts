// Every setting in one table: its name in the environment, its name as an option, its default and its meaning. Nobody else reads the
// environment.

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { ThreadkeepError } from './core/errors.ts'

const wholeNumber = z.string().regex(/^\d+$/).transform(Number)
const yesOrNo = z.enum(['1', '0', 'true', 'false', '']).transform((text) => text === '1' || text === 'true')
const isPostgres = (address: string) => /^postgres(ql)?:\/\//.test(address)
const postgresAddress = z
  .string()
  .refine((address) => isPostgres(address) && URL.canParse(address) && new URL(address).pathname.length > 1)
const storeAddress = z.union([z.string().regex(/^(sqlite:.+|memory:)$/), postgresAddress])

const secret = <E extends string>(env: E, meaning: string) =>
  ({ env, default: '', meaning, allowed: 'text', schema: z.string(), secret: true }) as const

/** One more login to the same database; its password is not to be shown. */
const login = <E extends string>(env: E, meaning: string) =>
  ({
    env,
    default: '',
    meaning,
    allowed: '"postgres://<login>@<host>/<database>" or nothing',
    schema: z.union([z.literal(''), postgresAddress]),
  }) as const

const baseUrl = <E extends string>(env: E, meaning: string) =>
  ({
    env,
    default: '',
    meaning,
    allowed: 'an http or https address',
    schema: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
  }) as const

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
      'Where conversations are kept: `sqlite:<path>` (left out: `threadkeep.db` in the data folder), `postgres://<login>:<password>@<host>/<database>` (see docs/postgres.md), or `memory:` to keep nothing beyond this run.',
    allowed: '"sqlite:<path>", "postgres://<login>@<host>/<database>" or "memory:"',
    schema: z.union([z.literal(''), storeAddress]),
  },
  storeOwner: login(
    'THREADKEEP_STORE_OWNER',
    'On PostgreSQL: the login that owns the tables. It migrates at the start and by `threadkeep migrate`, and is closed again.',
  ),
  storeUpkeep: login(
    'THREADKEEP_STORE_UPKEEP',
    'On PostgreSQL: the login that sees every run. Without it this node does not end the runs of nodes that died, and drops no run logs.',
  ),
  storeConnections: {
    env: 'THREADKEEP_STORE_CONNECTIONS',
    default: '8',
    meaning:
      'On PostgreSQL: how many connections this node keeps open at most, besides at most four for the upkeep and one for hints.',
    allowed: 'a whole number from 2 to 200',
    schema: wholeNumber.pipe(z.number().min(2).max(200)),
  },
  spool: {
    env: 'THREADKEEP_SPOOL',
    default: 'on',
    meaning:
      'On PostgreSQL: with `on`, what people say while the database is away is kept on the disk of this node (at most 256 MiB and 15 minutes) and goes into the database when it is back; with `off` it is answered 503. Never on SQLite.',
    allowed: '"on" or "off"',
    schema: z.enum(['on', 'off']),
  },
  notify: {
    env: 'THREADKEEP_NOTIFY',
    default: 'on',
    meaning:
      'On PostgreSQL: with `on`, nodes hint at each other by NOTIFY that something was committed, over one more connection each, and see it sooner; with `off`, and whenever that connection is lost, they only look (within two seconds). `off` behind a PgBouncer in transaction mode.',
    allowed: '"on" or "off"',
    schema: z.enum(['on', 'off']),
  },
  expectStore: {
    env: 'THREADKEEP_EXPECT_STORE',
    default: '0',
    meaning:
      'With 1, a missing store is refused instead of begun: for machines whose disk may not be mounted yet.',
    allowed: '1 or 0',
    schema: yesOrNo,
  },
  backup: {
    env: 'THREADKEEP_BACKUP',
    default: '',
    meaning:
      'A folder in which the house makes backups by itself and tries each by restoring it. Left out: none are made. See docs/backup.md.',
    allowed: 'a path or nothing',
    schema: z.string().transform((path) => (path === '' ? '' : resolve(path))),
  },
  backupEvery: {
    env: 'THREADKEEP_BACKUP_EVERY',
    default: '24h',
    meaning: 'How old the newest backup may be before another is made; `off` only watches the folder.',
    allowed: '"off", or a number with m, h or d, like 24h',
    schema: z.string().regex(/^(off|[1-9]\d{0,3}[mhd])$/),
  },
  backupKeep: {
    env: 'THREADKEEP_BACKUP_KEEP',
    default: '7',
    meaning: 'How many backups are kept there; the newest that was tried stays in any case.',
    allowed: 'a whole number from 1 to 999',
    schema: z
      .string()
      .regex(/^[1-9]\d{0,2}$/)
      .transform(Number),
  },
  model: {
    env: 'THREADKEEP_MODEL',
    default: '',
    meaning:
      'Who answers, as `provider:name`. Left out: the first provider whose key is there, else the built-in demo voice. See docs/models.md.',
    allowed: '"provider:name" or nothing',
    schema: z.string(),
  },
  openaiKey: secret('OPENAI_API_KEY', 'The key for OpenAI.'),
  anthropicKey: secret('ANTHROPIC_API_KEY', 'The key for Anthropic.'),
  googleKey: secret('GOOGLE_GENERATIVE_AI_API_KEY', 'The key for Google.'),
  openaiBaseUrl: baseUrl(
    'OPENAI_BASE_URL',
    'Where an OpenAI-compatible provider is: Ollama, vLLM, a gateway.',
  ),
  anthropicBaseUrl: baseUrl('ANTHROPIC_BASE_URL', 'Where an Anthropic-compatible provider is.'),
  googleBaseUrl: baseUrl('GOOGLE_BASE_URL', 'Where a Google-compatible provider is.'),
  window: {
    env: 'THREADKEEP_WINDOW',
    default: '20/65536',
    meaning:
      'What the model sees of a thread: at most this many of its newest messages, and at most this many bytes of them.',
    allowed: '"messages" or "messages/bytes", like 20 or 20/65536',
    schema: z
      .string()
      .regex(/^[1-9]\d{0,2}(\/[1-9]\d{2,6})?$/)
      .transform((text) => {
        const [messages = 20, bytes = 65_536] = text.split('/').map(Number)
        return { messages: Math.min(messages, 199), bytes }
      }),
  },
  runSeconds: {
    env: 'THREADKEEP_RUN_SECONDS',
    default: '600',
    meaning:
      'How long one answer may take from when the model is asked. At the limit it ends as `stopped`, with what was said and the reason.',
    allowed: 'a whole number from 1 to 86400',
    schema: wholeNumber.pipe(z.number().min(1).max(86_400)),
  },
  runTokens: {
    env: 'THREADKEEP_RUN_TOKENS',
    default: '0',
    meaning:
      'How many tokens one answer may have; at the limit it ends as `stopped`. It is asked of the model, and one that does not count is stopped by an estimate of 6 bytes to a token, which its usage calls `estimated`. 0 leaves it to the model, which is asked for at most 8192.',
    allowed: 'a whole number from 0 to 128000',
    schema: wholeNumber.pipe(z.number().max(128_000)),
  },
  checkpoint: {
    env: 'THREADKEEP_CHECKPOINT',
    default: '900/1800',
    meaning:
      'When an answer under way is written down: after at most this many milliseconds, or this many bytes. See C6 in docs/durability.md.',
    allowed:
      '"milliseconds/bytes" from 200/256 to 1000/2048, because no more than a second or 2 KiB of an answer may be lost',
    schema: z
      .string()
      .regex(/^[1-9]\d{2,3}\/[1-9]\d{2,3}$/)
      .transform((text) => {
        const [ms = 0, bytes = 0] = text.split('/').map(Number)
        return { ms, bytes }
      })
      .refine(({ ms, bytes }) => ms >= 200 && ms <= 1_000 && bytes >= 256 && bytes <= 2_048),
  },
  cacheMb: {
    env: 'THREADKEEP_CACHE_MB',
    default: '32',
    meaning:
      'How much memory the first pages of recent threads may take on this node, in MiB; 0 keeps none. On PostgreSQL it needs THREADKEEP_STORE_UPKEEP, by which a node sees what others commit; without it nothing is kept in memory.',
    allowed: 'a whole number from 0 to 4096',
    schema: wholeNumber.pipe(z.number().max(4_096)),
  },
  cacheThreads: {
    env: 'THREADKEEP_CACHE_THREADS',
    default: '100',
    meaning:
      'How many of the most recent threads are brought into that memory when the house starts; 0 brings none, and each comes in when it is first asked for.',
    allowed: 'a whole number from 0 to 10000',
    schema: wholeNumber.pipe(z.number().max(10_000)),
  },
  url: {
    env: 'THREADKEEP_URL',
    default: '',
    meaning: 'Where people reach this house when a proxy stands before it.',
    allowed: 'an http or https address',
    schema: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
  },
  origins: {
    env: 'THREADKEEP_ORIGINS',
    default: '',
    meaning: 'Other origins, exact and separated by commas, whose pages may call the doors with credentials.',
    allowed: 'origins like https://app.example.com',
    schema: z
      .string()
      .transform((text) =>
        text
          .split(',')
          .map((origin) => origin.trim())
          .filter(Boolean),
      )
      .refine((origins) =>
        origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
      ),
  },
  trustProxy: {
    env: 'THREADKEEP_TRUST_PROXY',
    default: '0',
    meaning: 'How many proxies stand before it, whose X-Forwarded-For is believed.',
    allowed: 'a whole number from 0 to 9',
    schema: z.string().regex(/^\d$/).transform(Number),
  },
  guestsPerHour: {
    env: 'THREADKEEP_GUESTS_PER_HOUR',
    default: '60',
    meaning: 'How many guests one address may make in an hour.',
    allowed: 'a whole number',
    schema: wholeNumber,
  },
  metricsToken: secret(
    'THREADKEEP_METRICS_TOKEN',
    'Lets a scraper that is not on this machine read /metrics.',
  ),
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
  /** Not to be shown. */
  secret: boolean
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
  const data = textOf(lines.find(({ setting }) => setting === 'data')?.value)
  return lines.map((line) =>
    line.setting === 'store' ? { ...line, value: storeIn(data, textOf(line.value)) } : line,
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
  if (option !== undefined) return { text: textOf(option), from: 'option' }
  if (env[name] !== undefined) return { text: env[name], from: 'environment' }
  if (file[name] !== undefined) return { text: file[name], from: '.env' }
  return { text: fallback, from: 'default' }
}

function lineOf(setting: Setting, { text, from }: { text: string; from: Origin }): ConfigLine {
  const { env, meaning, allowed, schema } = settings[setting]
  const parsed = schema.safeParse(text)
  if (parsed.success)
    return { setting, env, value: parsed.data, from, meaning, secret: 'secret' in settings[setting] }
  const name = from === 'option' ? `The option "${setting}"` : env
  const where = from === '.env' ? ' (in .env)' : ''
  throw new ThreadkeepError(
    'config',
    `${name} is ${JSON.stringify(withoutPassword(text))}${where}, and must be ${allowed}.`,
    'Put it right or leave it out. `threadkeep config` lists every setting.',
  )
}

/** Also of an address that nobody can parse, so it takes away rather too much. */
export const withoutPassword = (text: string): string =>
  text
    .replace(/(?<=:)(?!\/\/).+(?=@)/, '********')
    .replaceAll(/(?<=[?&](?:password|sslpassword)=)[^&]*/gi, '********')

/** A setting may be given in its parsed form too; then it is judged by its text once more. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  if (typeof value === 'object' && value !== null) return Object.values(value).join('/')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function storeIn(data: string, address: string): string {
  if (address === 'memory:' || isPostgres(address)) return address
  return `sqlite:${address === '' ? join(data, 'threadkeep.db') : resolve(address.slice('sqlite:'.length))}`
}

function envFile(folder: string): Environment {
  const path = join(folder, '.env')
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {}
}

/** npm runs a command inside a shell of its own, which matters to whoever waits for a signal. */
export const startedByNpm = (env: Environment = process.env): boolean =>
  env['npm_lifecycle_event'] !== undefined
