// The voice that answers when no model is connected: it says so, and quotes from the thread it was handed, and nothing else.

import { greetingMark, nameMark } from '../core/compose.ts'
import type { Model, ModelEvent, ModelMessage, ModelRequest } from '../core/model.ts'
import type { Part } from '../core/part.ts'
import { titleMark } from '../core/title.ts'

const titleWords = 6
const quotesMax = 3
const quoteChars = 240
/** How much of a message is searched: the demo reads while others wait for the same thread of execution. */
const searchedChars = 4_000
const termsMax = 100

const toolName = 'count_words'

/** Words come `delayMs` apart; with 0 a test sees the same answer at once. */
export function demoModel({ delayMs = 25 }: { delayMs?: number } = {}): Model {
  return {
    provider: 'demo',
    name: 'demo',
    async *stream(request) {
      let outputTokens = 0
      let finish: 'stop' | 'length' = 'stop'
      for (const piece of answerTo(request).flatMap(inWords)) {
        await pause(delayMs, request.signal)
        if (outputTokens === request.maxOutputTokens) {
          finish = 'length'
          break
        }
        outputTokens++
        yield piece
      }
      request.signal.throwIfAborted()
      yield { type: 'end', finish, usage: usageOf(request, outputTokens) }
    },
  }
}

function answerTo(request: ModelRequest): ModelEvent[] {
  if (request.instructions.startsWith(titleMark)) return [text(titleOf(request.messages))]
  const scene = sceneOf(request)
  const events: ModelEvent[] = []
  if (scene.thinksAloud) events.push({ type: 'reasoning', text: thoughtOn(scene) })
  if (scene.usesTool) events.push(...toolPlay(request))
  else events.push(text(scene.isFirst ? `${wordsOn(scene)}\n\n${introduction(scene.name)}` : wordsOn(scene)))
  return events
}

/** What the demo makes of a request, before it speaks. */
type Scene = {
  name: string
  greeting: string
  /** The newest message of the person, without the commands in it. */
  asked: string
  /** What they stated before, a sentence each, oldest first. */
  told: string[]
  isFirst: boolean
  thinksAloud: boolean
  usesTool: boolean
}

function sceneOf({ instructions, messages }: ModelRequest): Scene {
  const spoken = messages.filter(({ role }) => role === 'user').map(wordsIn)
  const newest = spoken.at(-1) ?? ''
  return {
    name: marked(instructions, nameMark) ?? 'the assistant',
    greeting: marked(instructions, greetingMark) ?? 'Hello.',
    asked: withoutCommands(newest),
    told: spoken.slice(0, -1).flatMap(statementsIn),
    isFirst: !messages.some(({ role }) => role === 'assistant'),
    thinksAloud: /(^|\s)\/think\b/i.test(newest),
    usesTool: /(^|\s)\/tool\b|\buse a tool\b/i.test(newest),
  }
}

function wordsOn(scene: Scene): string {
  const { asked, told } = scene
  if (asked === '') return 'There are no words in that for me to answer. I can read text, and nothing else.'
  if (isGreeting(asked)) return `${scene.greeting}${signature(scene)}`
  if (isAboutDemo(asked)) return scene.isFirst ? 'No human: a program.' : introduction(scene.name)
  const quotes = isRecall(asked) ? told.slice(-quotesMax) : sharing(asked, told)
  if (quotes.length > 0) return `${openingOf(asked)}\n\n${quotes.map(quoted).join('\n\n')}${signature(scene)}`
  if (!isQuestion(asked))
    return `You told me:\n\n${quoted(asked)}\n\nAsk me about it later in this thread, and I will quote you.${signature(scene)}`
  const searched = told.length === 0 ? 'You have told me nothing in this thread yet' : nothingIn(told)
  return `${searched}, and I do not make things up. Tell me something, and then ask me about it.${signature(scene)}`
}

const openingOf = (asked: string): string =>
  isQuestion(asked) ? 'In this thread you told me:' : 'You also told me in this thread:'

const nothingIn = (told: readonly string[]): string =>
  `I was handed ${counted(told.length, 'sentence')} that you told me in this thread, and none shares a word with that`

const introduction = (name: string): string =>
  `I am the demo voice of Threadkeep, standing in for ${name}. No model is connected, so I do not think: I am a program that finds what you told me in this thread and quotes it. Set the key of a provider, such as OPENAI_API_KEY or ANTHROPIC_API_KEY, and start again to talk with ${name}.`

/** Said in full at first, and in short on every answer after it, so that no answer passes for a model's. */
const signature = ({ isFirst }: Scene): string =>
  isFirst ? '' : '\n\n*This is the demo voice: it quotes this thread and knows nothing else.*'

const thoughtOn = ({ asked, told }: Scene): string =>
  `The person says: “${shortened(asked)}”. I was handed ${counted(told.length, 'earlier sentence')} of theirs, and ${sharing(asked, told).length} of them fit. I have no other knowledge, so I will stay with those.`

function toolPlay({ messages }: ModelRequest): ModelEvent[] {
  const callId = `demo-${messages.flatMap(({ parts }) => parts).filter(isOwnCall).length + 1}`
  const words = messages.reduce((sum, message) => sum + wordCount(wordsIn(message)), 0)
  const output = { messages: messages.length, words }
  const result = `I was handed ${counted(output.messages, 'message')} of this thread, with ${counted(words, 'word')} in all.`
  return [
    text('I will count the words of this thread with a tool.'),
    { type: 'part', part: { type: 'tool-call', callId, name: toolName, input: { of: 'thread' } } },
    { type: 'part', part: { type: 'tool-result', callId, name: toolName, output } },
    text(`${result}\n\n*This is the demo voice, playing a tool call so that you can see one kept.*`),
  ]
}

const isOwnCall = (part: Part): boolean =>
  part.type === 'tool-call' && 'name' in part && part.name === toolName

/** The first words of what the person said first; the last message of a title request is the request itself. */
function titleOf(messages: readonly ModelMessage[]): string {
  const first = messages.slice(0, -1).find(({ role }) => role === 'user')
  const words = first ? withoutCommands(wordsIn(first)).split(/\s+/).slice(0, titleWords).join(' ') : ''
  return words || 'New conversation'
}

// Reading

/** compose() writes the name and the greeting on lines of their own, each behind its mark. */
function marked(instructions: string, mark: string): string | undefined {
  return instructions
    .split('\n')
    .find((line) => line.startsWith(mark))
    ?.slice(mark.length)
}

function wordsIn({ parts }: ModelMessage): string {
  return parts
    .map((part) => (part.type === 'text' && 'text' in part ? String(part.text) : ''))
    .filter((words) => words !== '')
    .join('\n\n')
}

const withoutCommands = (words: string): string => words.replace(/(^|\s)\/(think|tool)\b/gi, ' ').trim()

function statementsIn(words: string): string[] {
  return withoutCommands(words.slice(0, searchedChars))
    .split(/(?<=[.!?…。！？])\s+|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '' && !isQuestion(sentence) && !isGreeting(sentence))
}

const isQuestion = (words: string): boolean =>
  /[?？؟]/u.test(words) ||
  /^(what|who|whose|when|where|which|why|how|do|does|did|is|are|am|was|were|can|could|will|would|should|have|has|tell me|remind me)\b/i.test(
    words,
  )

const isGreeting = (words: string): boolean =>
  wordCount(words) <= 4 && /^(hi|hiya|hello|hey|namaste|good (morning|afternoon|evening))\b/i.test(words)

const isAboutDemo = (words: string): boolean =>
  /^(who|what) are you\b|\bare you (really )?(an? )?(human|real|person|bot|robot|machine|ai|model)\b/i.test(
    words,
  )

/** "What did I tell you?", "What do you remember about me?": about the thread itself, and no word in it to look for. */
const isRecall = (words: string): boolean =>
  isQuestion(words) &&
  [...termsOf(words)].every((term) => recallTerms.has(term)) &&
  /\b(i|me|my|we|this)\b/i.test(words)

/** The statements that share most words with what is asked; of equals the newest; in the order they were told. */
function sharing(asked: string, told: readonly string[]): string[] {
  const terms = [...termsOf(asked)].slice(0, termsMax)
  const scored = told.map((sentence, index) => ({ index, sentence, score: shared(terms, termsOf(sentence)) }))
  const best = scored.reduce((most, { score }) => Math.max(most, score), 1)
  return scored
    .filter(({ score }) => score === best)
    .slice(-quotesMax)
    .map(({ sentence }) => sentence)
}

const shared = (terms: readonly string[], others: ReadonlySet<string>): number =>
  terms.filter((term) => others.has(term) || [...others].some((other) => areForms(term, other))).length

/** "walk" and "walked", "dog" and "dogs": near enough for a voice that only quotes. */
function areForms(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one]
  if (!long.startsWith(short)) return false
  return short.length >= 4 ? long.length - short.length <= 3 : long === `${short}s`
}

const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

function termsOf(words: string): Set<string> {
  const segments = segmenter.segment(words.slice(0, searchedChars).normalize('NFKC').toLowerCase())
  const terms = [...segments]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment.replace(/['’](s|re|m|ve|d|ll)$/, ''))
  return new Set(terms.filter((term) => !smallWords.has(term)))
}

const smallWords = new Set(
  'a about after again all also am an and any are as at be because been before but by can could did do does for from had has have he her hers him his how i if in into is it its just like may me mine my no not of on or our please she should so some than that the their them then there these they this those to too up us was we were what when where which who whose why will with would yes you your'.split(
    ' ',
  ),
)
const recallTerms = new Set(
  'remember recall tell told say said know talk talked discuss discussed mention mentioned summarise summarize summary recap far everything anything thread chat conversation remind'.split(
    ' ',
  ),
)

// Speaking

const text = (words: string): ModelEvent => ({ type: 'text', text: words })
const quoted = (words: string): string => `> “${shortened(words)}”`
const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`
const wordCount = (words: string): number => words.match(/\S+/g)?.length ?? 0

function shortened(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim()
  return line.length <= quoteChars
    ? line
    : `${line
        .slice(0, quoteChars)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}…`
}

function inWords(event: ModelEvent): ModelEvent[] {
  if (event.type !== 'text' && event.type !== 'reasoning') return [event]
  return (event.text.match(/\s*\S+\s*/g) ?? []).map((word) => ({ type: event.type, text: word }))
}

/** The demo's token is a word. */
function usageOf({ instructions, messages }: ModelRequest, outputTokens: number) {
  const inputTokens = messages.reduce(
    (sum, message) => sum + wordCount(wordsIn(message)),
    wordCount(instructions),
  )
  return { inputTokens, outputTokens, cachedInputTokens: null, reasoningTokens: null }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (ms > 0) await wakened(ms, signal)
  signal.throwIfAborted()
}

/** Resolves after the time or at the abort, whichever is first, and leaves neither timer nor listener behind. */
function wakened(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, ms)
    signal.addEventListener('abort', wake)
  })
}
