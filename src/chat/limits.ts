// How far one answer may go, how often it is written down on its way, and what everybody reads of one that went to its limit.

import type { RunError } from '../core/run.ts'

export type RunLimits = {
  /** From when the model is asked until the answer is over, with every retry. */
  runMs: number
  /** Asked of the model, and counted here for a model that does not count; 0 leaves it to the model. */
  outputTokens: number
  /** What is said is written down when this much time has passed, or this much was said. */
  checkpointMs: number
  checkpointBytes: number
}

export const usualLimits: RunLimits = {
  runMs: 600_000,
  outputTokens: 0,
  checkpointMs: 900,
  checkpointBytes: 1_800,
}

type Settings = { runSeconds: number; runTokens: number; checkpoint: { ms: number; bytes: number } }

/** As the settings name them. */
export const limitsOf = ({ runSeconds, runTokens, checkpoint }: Settings): RunLimits => ({
  runMs: runSeconds * 1_000,
  outputTokens: runTokens,
  checkpointMs: checkpoint.ms,
  checkpointBytes: checkpoint.bytes,
})

/** What a model is asked for where nobody has said how much. */
const usualTokens = 8_192

export const tokensAsked = ({ outputTokens }: RunLimits): number => outputTokens || usualTokens

/** Hardly a language has more bytes to a token: so this says too few, and a model that counts is the first to stop. */
const bytesPerToken = 6

export const tokensAtLeast = (bytes: number): number => Math.floor(bytes / bytesPerToken)

export const isBeyond = ({ outputTokens }: RunLimits, bytes: number): boolean =>
  outputTokens > 0 && tokensAtLeast(bytes) > outputTokens

export const timeLimit = ({ runMs }: RunLimits): RunError => ({
  code: 'time_limit',
  message: `Stopped after ${durationWords(runMs)}: the limit for one answer.`,
})

export const tokenLimit = (limits: RunLimits): RunError => ({
  code: 'token_limit',
  message: `Stopped after ${tokensAsked(limits)} tokens: the limit for one answer.`,
})

export const sizeLimit: RunError = {
  code: 'answer_too_long',
  message: 'The answer reached the largest size that is kept.',
}

const units = [
  [3_600_000, 'hour'],
  [60_000, 'minute'],
] as const

function durationWords(ms: number): string {
  const [unitMs, unit] = units.find(([unitMs]) => ms % unitMs === 0) ?? [1_000, 'second']
  const count = ms / unitMs
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
