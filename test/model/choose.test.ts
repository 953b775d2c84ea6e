// Which voice answers, and in what words a wrong setting is refused.
import { describe, expect, it } from 'vitest'
import { ThreadkeepError } from '../../src/core/errors.ts'
import { chooseModel, type ModelSettings, providers } from '../../src/model/choose.ts'
import { openFakeProvider } from '../fake-provider/fake-provider.ts'
import { asked, hear } from './voices.ts'

const keys = { openaiKey: 'o', anthropicKey: 'a', googleKey: 'g' }

describe('the voice', () => {
  it.each<[Partial<ModelSettings>, string, string]>([
    [{}, 'demo', 'demo'],
    [{ openaiKey: ' ' }, 'demo', 'demo'],
    [{ ...keys, model: 'demo' }, 'demo', 'demo'],
    [keys, 'openai', providers.openai.defaultName],
    [{ anthropicKey: 'a', googleKey: 'g' }, 'anthropic', providers.anthropic.defaultName],
    [{ googleKey: 'g' }, 'google', providers.google.defaultName],
    [{ ...keys, model: 'anthropic:claude-x' }, 'anthropic', 'claude-x'],
    [{ ...keys, model: 'openai-chat:gpt-x' }, 'openai', 'gpt-x'],
    [{ ...keys, model: ' openai:ft:gpt-x:team::id ' }, 'openai', 'ft:gpt-x:team::id'],
    [
      { model: 'compatible:llama3.2:3b', openaiBaseUrl: 'http://127.0.0.1:11434/v1' },
      'compatible',
      'llama3.2:3b',
    ],
  ])('of %j is %s %s', async (settings, provider, name) => {
    expect(await chooseModel({ model: '', ...settings })).toMatchObject({ provider, name })
  })

  it.each<[Partial<ModelSettings>, RegExp, RegExp]>([
    [
      { model: 'gpt-5' },
      /THREADKEEP_MODEL is "gpt-5", and must be "demo", or "<provider>:<name>".*openai/,
      /leave it out/,
    ],
    [{ model: 'openai:' }, /THREADKEEP_MODEL is "openai:"/, /leave it out/],
    [{ model: 'mistral:x', ...keys }, /THREADKEEP_MODEL is "mistral:x"/, /leave it out/],
    [{ model: '__proto__:x', ...keys }, /THREADKEEP_MODEL is "__proto__:x"/, /leave it out/],
    [{ model: 'openai:x' }, /"openai:x", and OPENAI_API_KEY is not set/, /Set OPENAI_API_KEY/],
    [{ model: 'anthropic:x', openaiKey: 'o' }, /ANTHROPIC_API_KEY is not set/, /Set ANTHROPIC_API_KEY/],
    [{ model: 'google:x' }, /GOOGLE_GENERATIVE_AI_API_KEY is not set/, /Set GOOGLE/],
    [{ model: 'compatible:x' }, /OPENAI_BASE_URL is not set.*http:\/\/127/, /Set OPENAI_BASE_URL/],
    [
      { model: 'compatible:x', openaiBaseUrl: 'localhost:11434' },
      /OPENAI_BASE_URL is "localhost:11434".*http:\/\//,
      /Put it right/,
    ],
    [
      { openaiBaseUrl: 'http://127.0.0.1:11434/v1' },
      /THREADKEEP_MODEL does not say which model/,
      /compatible:/,
    ],
  ])('of %j is refused', async (settings, message, hint) => {
    const refused = chooseModel({ model: '', ...settings })
    await expect(refused).rejects.toBeInstanceOf(ThreadkeepError)
    await expect(refused).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    })
  })

  it('calls where it was told to, with the key and the name', async () => {
    await using fake = await openFakeProvider()
    const settings = {
      ...keys,
      openaiBaseUrl: fake.url,
      anthropicBaseUrl: `${fake.url}/`,
      googleBaseUrl: fake.url,
    }
    for (const model of ['openai:m', 'openai-chat:m', 'compatible:m', 'anthropic:m', 'google:m'])
      expect((await hear(await chooseModel({ ...settings, model }))).error).toBeNull()
    expect(fake.seen.map(({ path }) => path)).toEqual([
      '/v1/responses',
      '/v1/chat/completions',
      '/v1/chat/completions',
      '/v1/messages',
      '/v1/models/m:streamGenerateContent?alt=sse',
    ])
  })

  it('sends no key to a compatible server that was given none', async () => {
    await using fake = await openFakeProvider()
    const model = await chooseModel({ model: 'compatible:m', openaiBaseUrl: fake.url })
    await hear(model, asked())
    expect(fake.seen[0]?.headers.authorization).toBeUndefined()
  })

  it('does not let OpenAI keep a copy', async () => {
    await using fake = await openFakeProvider()
    await hear(await chooseModel({ ...keys, model: 'openai:m', openaiBaseUrl: fake.url }))
    expect(JSON.parse(fake.seen[0]?.body ?? '')).toMatchObject({ store: false, max_output_tokens: 1_000 })
  })
})
