// OpenAI's Responses, as they stream: items that open, grow and close, and one last event that repeats them all.

import { type FakeAnswer, type FakeWire, sse } from './answer.ts'

const about = { id: 'resp_1', object: 'response', created_at: 1, model: 'fake' }
const thought = 'rs_1'
const message = 'msg_1'

export const openaiResponses: FakeWire = {
  opening: () => [
    event('response.created', { response: { ...about, status: 'in_progress', output: [] } }),
    event('response.in_progress', { response: { ...about, status: 'in_progress', output: [] } }),
  ],
  pieces: (answer) => [...thoughtEvents(answer), ...textEvents(answer), ...callEvents(answer)],
  ending: (answer) => [ended(answer)],
  errorEvent: (kind, message) => event('error', { code: codes[kind], message, param: null }),
  refusal: (kind, message) => JSON.stringify({ error: { message, type: kind, code: kind, param: null } }),
}

const codes = {
  overloaded: 'server_error',
  rate_limit: 'rate_limit_exceeded',
  invalid: 'invalid_request_error',
}

const event = (type: string, more: object): string => sse({ type, sequence_number: 0, ...more }, type)

function thoughtEvents({ reasoning }: FakeAnswer): string[] {
  if (reasoning.length === 0) return []
  const at = { item_id: thought, output_index: 0, summary_index: 0 }
  const item = { type: 'reasoning', id: thought, summary: [], encrypted_content: null }
  return [
    event('response.output_item.added', { output_index: 0, item }),
    event('response.reasoning_summary_part.added', { ...at, part: { type: 'summary_text', text: '' } }),
    ...reasoning.map((delta) => event('response.reasoning_summary_text.delta', { ...at, delta })),
    event('response.output_item.done', { output_index: 0, item }),
  ]
}

function textEvents({ text }: FakeAnswer): string[] {
  const at = { item_id: message, output_index: 1, content_index: 0 }
  const item = { type: 'message', id: message, role: 'assistant', status: 'in_progress', content: [] }
  const part = { type: 'output_text', text: text.join(''), annotations: [] }
  return [
    event('response.output_item.added', { output_index: 1, item }),
    ...text.map((delta) => event('response.output_text.delta', { ...at, delta, logprobs: [] })),
    event('response.output_item.done', {
      output_index: 1,
      item: { ...item, status: 'completed', content: [part] },
    }),
  ]
}

function callEvents({ toolCall }: FakeAnswer): string[] {
  if (toolCall === null) return []
  const json = JSON.stringify(toolCall.input)
  const item = { type: 'function_call', id: 'fc_1', call_id: toolCall.id, name: toolCall.name }
  const delta = (text: string) =>
    event('response.function_call_arguments.delta', { item_id: 'fc_1', output_index: 2, delta: text })
  return [
    event('response.output_item.added', {
      output_index: 2,
      item: { ...item, arguments: '', status: 'in_progress' },
    }),
    delta(json.slice(0, json.length / 2)),
    delta(json.slice(json.length / 2)),
    event('response.output_item.done', {
      output_index: 2,
      item: { ...item, arguments: json, status: 'completed' },
    }),
  ]
}

function ended({ finish, usage }: FakeAnswer): string {
  const reasons = { length: 'max_output_tokens', filtered: 'content_filter' }
  const whole = finish === 'stop'
  const response = {
    ...about,
    status: whole ? 'completed' : 'incomplete',
    incomplete_details: whole ? null : { reason: reasons[finish] },
    usage: {
      input_tokens: usage.input,
      output_tokens: usage.output,
      total_tokens: usage.input + usage.output,
      input_tokens_details: { cached_tokens: usage.cached },
      output_tokens_details: { reasoning_tokens: usage.reasoning },
    },
  }
  return event(whole ? 'response.completed' : 'response.incomplete', { response })
}
