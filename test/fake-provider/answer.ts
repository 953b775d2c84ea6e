// What a fake provider says when it behaves, and what every wire must be able to make of it.

export type FakeCall = { id: string; name: string; input: object }
export type FakeUsage = { input: number; output: number; cached: number; reasoning: number }

export type FakeAnswer = {
  reasoning: string[]
  /** Each piece travels in an event of its own. */
  text: string[]
  toolCall: FakeCall | null
  finish: 'stop' | 'length' | 'filtered'
  usage: FakeUsage
}

export type FakeError = 'overloaded' | 'rate_limit' | 'invalid'

/** One protocol: how it frames an answer, an error in the middle of one, and a refusal. */
export type FakeWire = {
  opening: (answer: FakeAnswer) => string[]
  pieces: (answer: FakeAnswer) => string[]
  ending: (answer: FakeAnswer) => string[]
  errorEvent: (kind: FakeError, message: string) => string
  refusal: (kind: string, message: string) => string
}

export const greeting: FakeAnswer = {
  reasoning: [],
  text: ['Guten ', 'Tag, Zoë', ' — नमस्ते ', '👋🏽!'],
  toolCall: null,
  finish: 'stop',
  usage: { input: 21, output: 9, cached: 4, reasoning: 3 },
}
export const thinking: FakeAnswer = { ...greeting, reasoning: ['First ', 'a thought.'] }
export const calling: FakeAnswer = {
  ...greeting,
  text: ['Let me look. '],
  toolCall: { id: 'call_1', name: 'weather', input: { city: 'Pune', days: 2 } },
}

export const sse = (data: unknown, event?: string): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
