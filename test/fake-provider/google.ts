// Google's Gemini, as it streams: candidates that grow, the reason and the usage in the last of them, and no other end.

import { type FakeAnswer, type FakeWire, sse } from './answer.ts'

const reasons = { stop: 'STOP', length: 'MAX_TOKENS', filtered: 'SAFETY' }
const statuses = {
  overloaded: [503, 'UNAVAILABLE'],
  rate_limit: [429, 'RESOURCE_EXHAUSTED'],
  invalid: [400, 'INVALID_ARGUMENT'],
} as const

export const google: FakeWire = {
  opening: () => [],
  pieces: ({ reasoning, text, toolCall }) => [
    ...reasoning.map((piece) => candidate({ parts: [{ text: piece, thought: true }] })),
    ...text.map((piece) => candidate({ parts: [{ text: piece }] })),
    ...(toolCall === null
      ? []
      : [
          candidate({
            parts: [{ functionCall: { id: toolCall.id, name: toolCall.name, args: toolCall.input } }],
          }),
        ]),
  ],
  ending: (answer) => [ended(answer)],
  errorEvent: (kind, message) => {
    const [code, status] = statuses[kind]
    return sse({ error: { code, message, status } })
  },
  refusal: (kind, message) => JSON.stringify({ error: { code: 400, message, status: kind } }),
}

const candidate = (content: object): string =>
  sse({ candidates: [{ index: 0, content: { role: 'model', ...content } }], modelVersion: 'fake' })

function ended({ finish, usage }: FakeAnswer): string {
  return sse({
    candidates: [
      { index: 0, content: { role: 'model', parts: [{ text: '' }] }, finishReason: reasons[finish] },
    ],
    usageMetadata: {
      promptTokenCount: usage.input,
      candidatesTokenCount: usage.output - usage.reasoning,
      thoughtsTokenCount: usage.reasoning,
      cachedContentTokenCount: usage.cached,
      totalTokenCount: usage.input + usage.output,
    },
  })
}
