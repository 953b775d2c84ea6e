// Anthropic's Messages, as they stream: blocks that start, grow and stop, the reason in a delta, and `message_stop`.

import { type FakeAnswer, type FakeWire, sse } from './answer.ts'

const reasons = { stop: 'end_turn', length: 'max_tokens', filtered: 'refusal' }
const kinds = {
  overloaded: 'overloaded_error',
  rate_limit: 'rate_limit_error',
  invalid: 'invalid_request_error',
}

export const anthropic: FakeWire = {
  opening: ({ usage }) => [started(usage), event('ping', {})],
  pieces: ({ reasoning, text, toolCall }) => [
    ...block(
      0,
      { type: 'thinking', thinking: '', signature: '' },
      reasoning.map((thinking) => ({ type: 'thinking_delta', thinking })),
    ),
    ...block(
      1,
      { type: 'text', text: '' },
      text.map((piece) => ({ type: 'text_delta', text: piece })),
    ),
    ...callBlock(toolCall),
  ],
  ending: (answer) => [stopping(answer), event('message_stop', {})],
  errorEvent: (kind, message) => event('error', { error: { type: kinds[kind], message } }),
  refusal: (kind, message) => JSON.stringify({ type: 'error', error: { type: kind, message } }),
}

const event = (type: string, more: object): string => sse({ type, ...more }, type)

function started(usage: FakeAnswer['usage']): string {
  return event('message_start', {
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'fake',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: usage.input - usage.cached,
        cache_read_input_tokens: usage.cached,
        cache_creation_input_tokens: 0,
        output_tokens: 1,
      },
    },
  })
}

function block(index: number, content_block: object, deltas: object[]): string[] {
  if (deltas.length === 0) return []
  return [
    event('content_block_start', { index, content_block }),
    ...deltas.map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ]
}

function callBlock(toolCall: FakeAnswer['toolCall']): string[] {
  if (toolCall === null) return []
  const { id, name, input } = toolCall
  const json = JSON.stringify(input)
  const halves = [json.slice(0, json.length / 2), json.slice(json.length / 2)]
  return block(
    2,
    { type: 'tool_use', id, name, input: {} },
    halves.map((half) => ({ type: 'input_json_delta', partial_json: half })),
  )
}

function stopping({ finish, toolCall, usage }: FakeAnswer): string {
  return event('message_delta', {
    delta: { stop_reason: toolCall === null ? reasons[finish] : 'tool_use', stop_sequence: null },
    usage: { output_tokens: usage.output },
  })
}
