// OpenAI's chat completions, as they stream: choices with deltas, a reason to stop, the usage, and `[DONE]`.

import { type FakeAnswer, type FakeWire, sse } from './answer.ts'

const reasons = { stop: 'stop', length: 'length', filtered: 'content_filter' }
const about = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'fake' }

export const openaiChat: FakeWire = {
  opening: () => [chunk({ role: 'assistant', content: '' })],
  pieces: ({ reasoning, text, toolCall }) => [
    ...reasoning.map((piece) => chunk({ reasoning_content: piece })),
    ...text.map((piece) => chunk({ content: piece })),
    ...(toolCall === null ? [] : callChunks(toolCall)),
  ],
  ending: (answer) => [
    chunk({}, answer.toolCall === null ? reasons[answer.finish] : 'tool_calls'),
    usage(answer),
    sse('[DONE]'),
  ],
  errorEvent: (kind, message) => sse({ error: { type: codes[kind], code: codes[kind], message } }),
  refusal: (kind, message) => JSON.stringify({ error: { message, type: kind, code: kind, param: null } }),
}

const codes = {
  overloaded: 'server_error',
  rate_limit: 'rate_limit_exceeded',
  invalid: 'invalid_request_error',
}

function chunk(delta: object, reason: string | null = null): string {
  return sse({ ...about, choices: [{ index: 0, delta, finish_reason: reason }] })
}

/** The input in two halves, so that a cut between them leaves half a call. */
function callChunks({ id, name, input }: NonNullable<FakeAnswer['toolCall']>): string[] {
  const json = JSON.stringify(input)
  const halves = [json.slice(0, json.length / 2), json.slice(json.length / 2)]
  return [
    chunk({ tool_calls: [{ index: 0, id, type: 'function', function: { name, arguments: '' } }] }),
    ...halves.map((half) => chunk({ tool_calls: [{ index: 0, function: { arguments: half } }] })),
  ]
}

function usage({ usage }: FakeAnswer): string {
  return sse({
    ...about,
    choices: [],
    usage: {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
      prompt_tokens_details: { cached_tokens: usage.cached },
      completion_tokens_details: { reasoning_tokens: usage.reasoning },
    },
  })
}
