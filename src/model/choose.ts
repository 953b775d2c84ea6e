// Which voice answers: the one that is named, else the first whose key is there, else the demo. Only its own SDK is loaded.

import { ThreadkeepError } from '../core/errors.ts'
import type { Model } from '../core/model.ts'
import {
  afterEndMsDefault,
  answerBytesMaxDefault,
  answerPartsMaxDefault,
  headersTimeoutMsDefault,
  stallMsDefault,
  type Upstream,
} from './upstream.ts'

export type ModelSettings = {
  /** `provider:name`, or empty for whichever key is there. */
  model: string
  openaiKey?: string | undefined
  anthropicKey?: string | undefined
  googleKey?: string | undefined
  openaiBaseUrl?: string | undefined
  anthropicBaseUrl?: string | undefined
  googleBaseUrl?: string | undefined
  headersTimeoutMs?: number | undefined
  stallMs?: number | undefined
}

type KeySetting = 'openaiKey' | 'anthropicKey' | 'googleKey'
type UrlSetting = 'openaiBaseUrl' | 'anthropicBaseUrl' | 'googleBaseUrl'

type Provider = {
  key: KeySetting
  keyNeeded: boolean
  baseUrl: UrlSetting
  defaultBaseUrl: string | null
  /** What answers when only a key was given. */
  defaultName: string | null
  /** What is kept as the provider of a message: two wires may lead to one house. */
  called: string
  open: (upstream: Upstream) => Promise<Model>
}

const openai = {
  key: 'openaiKey',
  keyNeeded: true,
  baseUrl: 'openaiBaseUrl',
  defaultBaseUrl: 'https://api.openai.com/v1',
  called: 'openai',
} as const

export const providers = {
  openai: {
    ...openai,
    defaultName: 'gpt-5.4-mini',
    open: async (upstream) => (await import('./openai.ts')).openaiModel(upstream),
  },
  anthropic: {
    key: 'anthropicKey',
    keyNeeded: true,
    baseUrl: 'anthropicBaseUrl',
    defaultBaseUrl: 'https://api.anthropic.com/v1',
    defaultName: 'claude-sonnet-4-6',
    called: 'anthropic',
    open: async (upstream) => (await import('./anthropic.ts')).anthropicModel(upstream),
  },
  google: {
    key: 'googleKey',
    keyNeeded: true,
    baseUrl: 'googleBaseUrl',
    defaultBaseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    defaultName: 'gemini-flash-latest',
    called: 'google',
    open: async (upstream) => (await import('./google.ts')).googleModel(upstream),
  },
  'openai-chat': {
    ...openai,
    defaultName: null,
    open: async (upstream) => (await import('./openai.ts')).openaiChatModel(upstream),
  },
  compatible: {
    ...openai,
    keyNeeded: false,
    defaultBaseUrl: null,
    defaultName: null,
    called: 'compatible',
    open: async (upstream) => (await import('./compatible.ts')).compatibleModel(upstream),
  },
} as const satisfies Record<string, Provider>

const asEnv: Record<KeySetting | UrlSetting, string> = {
  openaiKey: 'OPENAI_API_KEY',
  anthropicKey: 'ANTHROPIC_API_KEY',
  googleKey: 'GOOGLE_GENERATIVE_AI_API_KEY',
  openaiBaseUrl: 'OPENAI_BASE_URL',
  anthropicBaseUrl: 'ANTHROPIC_BASE_URL',
  googleBaseUrl: 'GOOGLE_BASE_URL',
}

const shape = `"demo", or "<provider>:<name>" with the provider ${Object.keys(providers).join(', ')}`

/** Throws a `config` error that names the setting, its value and what is allowed; the network is not touched. */
export async function chooseModel(settings: ModelSettings): Promise<Model> {
  const asked = settings.model.trim() === '' ? byKey(settings) : settings.model.trim()
  if (asked === 'demo') return (await import('./demo.ts')).demoModel()
  const [, provider, name] = /^([^:]+):(.+)$/s.exec(asked) ?? []
  if (provider === undefined || name === undefined || !isProvider(provider)) throw misnamed(asked)
  return providers[provider].open(upstreamOf(providers[provider], asked, name, settings))
}

function byKey(settings: ModelSettings): string {
  const found = Object.entries<Provider>(providers).find(
    ([, { key, defaultName }]) => defaultName !== null && given(settings[key]) !== null,
  )
  if (found) return `${found[0]}:${found[1].defaultName}`
  if (given(settings.openaiBaseUrl) === null) return 'demo'
  throw new ThreadkeepError(
    'config',
    `OPENAI_BASE_URL is ${JSON.stringify(settings.openaiBaseUrl)}, and THREADKEEP_MODEL does not say which model to ask for there.`,
    'Set THREADKEEP_MODEL=compatible:<name of the model>, or leave OPENAI_BASE_URL out.',
  )
}

function upstreamOf(provider: Provider, asked: string, name: string, settings: ModelSettings): Upstream {
  const key = given(settings[provider.key])
  if (key === null && provider.keyNeeded) throw missing(asked, asEnv[provider.key], 'a key of that provider')
  const baseUrl = given(settings[provider.baseUrl]) ?? provider.defaultBaseUrl
  if (baseUrl === null)
    throw missing(asked, asEnv[provider.baseUrl], 'an address like http://127.0.0.1:11434/v1')
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) throw unaddressed(provider.baseUrl, baseUrl)
  return {
    provider: provider.called,
    name,
    baseUrl,
    key,
    headersTimeoutMs: settings.headersTimeoutMs ?? headersTimeoutMsDefault,
    stallMs: settings.stallMs ?? stallMsDefault,
    afterEndMs: afterEndMsDefault,
    answerBytesMax: answerBytesMaxDefault,
    answerPartsMax: answerPartsMaxDefault,
  }
}

const isProvider = (word: string): word is keyof typeof providers => Object.hasOwn(providers, word)

function given(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text.trim()
}

function misnamed(asked: string): ThreadkeepError {
  return new ThreadkeepError(
    'config',
    `THREADKEEP_MODEL is ${JSON.stringify(asked)}, and must be ${shape}.`,
    'Put it right, or leave it out: then the first provider whose key is set answers, and without a key the demo voice.',
  )
}

function missing(asked: string, env: string, what: string): ThreadkeepError {
  return new ThreadkeepError(
    'config',
    `THREADKEEP_MODEL is ${JSON.stringify(asked)}, and ${env} is not set; it must be ${what}.`,
    `Set ${env}, or name another model.`,
  )
}

function unaddressed(setting: UrlSetting, value: string): ThreadkeepError {
  return new ThreadkeepError(
    'config',
    `${asEnv[setting]} is ${JSON.stringify(value)}, and must be an address that begins with http:// or https://.`,
    'Put it right or leave it out.',
  )
}
