// How each protocol says that an answer is whole. A stream that stops without having said so was cut.

export type IsEnd = (event: unknown) => boolean

/** Chat completions: the choice names its reason to stop. `[DONE]` follows, and some servers leave it out. */
export const chatEnd: IsEnd = (event) => {
  const { choices } = record(event)
  const reason = record(Array.isArray(choices) ? choices[0] : null)['finish_reason']
  return typeof reason === 'string' && reason !== '' && reason !== 'error'
}

export const responsesEnd: IsEnd = (event) => {
  const { type } = record(event)
  return type === 'response.completed' || type === 'response.incomplete'
}

export const anthropicEnd: IsEnd = (event) => record(event)['type'] === 'message_stop'

/** Google: the candidate names its reason, or the prompt was blocked and there is no candidate. */
export const googleEnd: IsEnd = (event) => {
  const { candidates, promptFeedback } = record(event)
  const reason = record(Array.isArray(candidates) ? candidates[0] : null)['finishReason']
  const blocked = record(promptFeedback)['blockReason']
  return (typeof reason === 'string' && reason !== 'CONTINUATION') || typeof blocked === 'string'
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
