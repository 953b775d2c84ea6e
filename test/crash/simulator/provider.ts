// A provider that does what the seed says: talks in pieces, in the tongue of whoever it answers, and fails in every way that it may.
import { type Model, ModelError } from '../../../src/core/model.ts'
import type { ModelRequest } from '../../../src/core/model.ts'
import { titleMark } from '../../../src/core/title.ts'
import {
  atGate,
  deaf,
  end,
  hang,
  type Play,
  says,
  type ScriptedModel,
  scriptedModel,
} from '../../../src/model/scripted.ts'
import type { Random } from '../../random.ts'
import type { Trace } from './trace.ts'

/** Everybody's words bear their name, so that a stranger's are known wherever they turn up. */
export const signed = (user: string, words: string): string => `[${user}] ${words}`
export const signaturesIn = (words: string): string[] => [...new Set(words.match(/\[[a-z]+\]/g) ?? [])]

export function provider(random: Random, trace: Trace): { model: Model; spoken: ScriptedModel } {
  const spoken = scriptedModel((request) => playFor(request, random, trace))
  const titles = scriptedModel(({ messages }) =>
    says(random.chance(0.2) ? '' : `Of ${signatureOf(messages)}`),
  )
  const stream = (request: ModelRequest) =>
    (request.instructions.startsWith(titleMark) ? titles : spoken).stream(request)
  return { model: { provider: 'scripted', name: 'scripted', stream }, spoken }
}

function playFor({ messages }: ModelRequest, random: Random, trace: Trace): Play {
  const names = signaturesIn(JSON.stringify(messages))
  if (names.length > 1) trace.violate(`the model was shown the words of ${names.join(' and ')} together`)
  const words = Array.from({ length: 1 + random.int(6) }, () => [
    ...(random.chance(0.7) ? [atGate] : []),
    random.chance(0.1)
      ? ({ type: 'reasoning', text: `${names[0]} thinks ` } as const)
      : `${names[0]} ${random.pick(['yes', 'né', '🙂', '\ud83d', 'a long word '.repeat(8), 'so\u0000'])} `,
  ])
  return [...words.flat(), ...endOf(random)]
}

function endOf(random: Random): Play {
  const roll = random.int(20)
  if (roll === 0) return [] // cut
  if (roll === 1) return [new ModelError('overloaded', 'Too much.')]
  if (roll === 2) return [new ModelError('refused', 'No.')]
  if (roll === 3) return [hang]
  if (roll === 4) return [deaf]
  return [end({ outputTokens: 5 })]
}

const signatureOf = (messages: ModelRequest['messages']): string =>
  signaturesIn(JSON.stringify(messages))[0] ?? ''
