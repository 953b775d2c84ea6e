// The turns that the writers of a crash test send: everything about one follows from its three numbers, so a checker needs no list.
import type { Commit } from '../../src/core/change.ts'
import { created, said } from '../store/commits.ts'

export const writersCount = 64

/** The n-th turn of one writer, in one life of the process. */
export type Turn = { life: number; writer: number; n: number }

export const turnName = ({ life, writer, n }: Turn): string => `${life}.${writer}.${n}`

export function turnNamed(name: string): Turn {
  const [life = Number.NaN, writer = Number.NaN, n = Number.NaN] = name.split('.').map(Number)
  return { life, writer, n }
}

/** Every other writer has a thread of its own; the rest share eight, four to a thread. */
export const homeOf = (writer: number): number => (writer % 2 === 0 ? writer : writer % 16)
export const userOf = (writer: number): string => `user-${homeOf(writer)}`
export const threadOf = (writer: number): string => `thread-${homeOf(writer)}`

export const questionId = (turn: Turn): string => `${turnName(turn)} question`
export const answerId = (turn: Turn): string => `${turnName(turn)} answer`

/** What a message of this id says; now and then more than a page of the file holds. */
export function wordsOf(messageId: string): string {
  const { writer, n } = turnNamed(messageId.split(' ')[0] ?? '')
  const times = (writer + n) % 97 === 0 ? 600 : (writer * 7 + n * 13) % 40
  return `${messageId}: ${'what was said, with ümlauts and 🧵. '.repeat(times)}`
}

export function commitOf(turn: Turn, at: number): Commit {
  const thread = threadOf(turn.writer)
  const [question, answer] = [questionId(turn), answerId(turn)]
  const changes = [
    created(thread, { unless: 'there' }),
    said(thread, wordsOf(question), { id: question }),
    said(thread, wordsOf(answer), { id: answer, role: 'assistant', personaId: 'sweet_supportive' }),
  ]
  return { user: userOf(turn.writer), at, changes }
}
