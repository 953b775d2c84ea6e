// One run from its start to its end: waits for the answer it follows, composes what the model sees, passes on what the model says,
// writes it down on the way, and ends in exactly one of complete, stopped, failed, interrupted.

import { must } from '../core/assert.ts'
import { compose } from '../core/compose.ts'
import { ThreadkeepError } from '../core/errors.ts'
import { ownJson } from '../core/json.ts'
import type { Message } from '../core/message.ts'
import { ModelError, type ModelEvent, type ModelUsage } from '../core/model.ts'
import { keptOrThrow } from '../core/receipt.ts'
import type { RunError } from '../core/run.ts'
import type { MessagePage } from '../core/store.ts'
import { escapeText } from '../core/text.ts'
import type { Chat, KnownPersona } from './chat.ts'
import { overOf } from './elsewhere.ts'
import {
  isBeyond,
  type RunLimits,
  sizeLimit,
  timeLimit,
  tokenLimit,
  tokensAsked,
  tokensAtLeast,
} from './limits.ts'
import type { LiveRun } from './live.ts'
import { Notebook } from './notebook.ts'
import { retitle } from './title.ts'
import { aborted, pause } from './waiting.ts'
import { Writing } from './writing.ts'

const retriesMax = 2
/** A provider that wants to be left alone for longer is not waited for: the person decides. */
const retryMsMax = 30_000
/** Of what a provider says about its failure; escaped, it still fits beside the run. */
const reasonCharsMax = 1_000

export type Ending = {
  status: 'complete' | 'stopped' | 'failed' | 'interrupted'
  error: RunError | null
  usage: (ModelUsage & { estimated?: true }) | null
}

/** Never rejects: whoever waits learns of the end from the run itself. */
export async function answer(chat: Chat, live: LiveRun, persona: KnownPersona): Promise<void> {
  const notebook = new Notebook(chat, live)
  try {
    const ending = await converse(chat, live, persona)
    if (live.isLost) return
    await ended(chat, notebook, ending)
    if (ending.status === 'complete') void retitle(chat, live.ids)
  } catch (fault) {
    live.lose()
    chat.report('a run could not be brought to its end', fault)
  } finally {
    notebook.close()
    chat.live.close(live)
  }
}

/** An end that cannot be written as it is must not leave the run open: then it failed by a fault of ours, with its words. */
async function ended(chat: Chat, notebook: Notebook, ending: Ending): Promise<void> {
  try {
    await notebook.end(ending)
  } catch (fault) {
    if (fault instanceof ThreadkeepError && ['unavailable', 'run_over'].includes(fault.code)) throw fault
    chat.report('the end of a run could not be written as it was', fault)
    await notebook.end({ status: 'failed', error: errorOf(fault), usage: null })
  }
}

async function converse(chat: Chat, live: LiveRun, persona: KnownPersona): Promise<Ending> {
  try {
    const { user, threadId, messageId } = live.ids
    const prompt = thereStill(await chat.store.message(user, threadId, messageId))
    await answerBefore(chat, live, prompt)
    const request = await composed(chat, live, persona, prompt)
    return await inTime(live, () => speak(chat, live, request))
  } catch (fault) {
    if (live.isStopped || isThrownAway(fault)) return endingOfStop(live)
    if (!(fault instanceof ModelError)) chat.report('a run failed', fault)
    return { status: 'failed', error: errorOf(fault), usage: null }
  }
}

/** Whoever throws a thread away does not want the answer that was asked for in it. */
function thereStill<T>(found: T | null): T {
  if (found !== null) return found
  throw new ThreadkeepError(
    'deleted',
    'The thread of this answer was thrown away.',
    'Restore it, and ask again.',
  )
}

const isThrownAway = (fault: unknown) => fault instanceof ThreadkeepError && fault.code === 'deleted'

/** A run that waits for the answer before it is not at its own limit: that one has a limit, too. */
async function inTime(live: LiveRun, speaking: () => Promise<Ending>): Promise<Ending> {
  const timer = setTimeout(() => live.stop('time_limit'), live.limits.runMs).unref()
  try {
    return await speaking()
  } finally {
    clearTimeout(timer)
  }
}

/** A message sent while an answer is running is answered after it. */
async function answerBefore(chat: Chat, live: LiveRun, prompt: Message): Promise<void> {
  const { user, threadId } = live.ids
  const before = chat.live.ofThread(user, threadId).find(({ ids }) => ids.replyId === prompt.parentId)
  if (before) await Promise.race([before.over, aborted(live.stopped)])
}

async function composed(chat: Chat, live: LiveRun, { definition, version }: KnownPersona, prompt: Message) {
  const { user, runId, epoch } = live.ids
  const owner = must(await chat.store.user(user), 'who said something is a user')
  const page = await pageWithAnswers(chat, live, prompt)
  const branch = page.messages
  const context = compose({
    persona: definition,
    personaVersion: version,
    personaPrompt: personaPromptOf(owner.personaPrompt),
    language: owner.language ?? 'en',
    branch,
    earlier: page.hasMore.before ? (branch[0]?.seq ?? 1) - 1 : 0,
    window: chat.window,
  })
  const noted = chat.store.commit({
    user,
    at: chat.now(),
    changes: [{ kind: 'run.composed', runId, epoch, contextReceipt: ownJson(context.receipt) }],
  })
  noted.then(keptOrThrow).catch((fault: unknown) => chat.report('a context receipt was not written', fault))
  return { instructions: context.instructions, messages: context.messages }
}

/** Where another node is still at the answer before, it is waited for; an answer whose node is dead is not. */
async function pageWithAnswers(chat: Chat, { ids, stopped }: LiveRun, prompt: Message): Promise<MessagePage> {
  const { user, threadId } = ids
  const limit = Math.min(200, chat.window.messages + 1)
  const asked = { limit, branch: prompt.id, before: prompt.seq + 1 }
  const read = async () => thereStill(await chat.store.messages(user, threadId, asked))
  const page = await read()
  const before = page.messages.find(({ id }) => id === prompt.parentId)
  if (before?.status !== 'pending' || before.runId === null) return page
  await overOf(chat, user, before.runId, stopped)
  return read()
}

function personaPromptOf(json: string | null): string | null {
  if (json === null) return null
  const { text } = JSON.parse(json) as { text?: string }
  return text ?? null
}

type Request = Awaited<ReturnType<typeof composed>>

/** Asked again at most twice, and only while nothing has been said. */
async function speak(chat: Chat, live: LiveRun, request: Request): Promise<Ending> {
  for (let attempt = 1; ; attempt++) {
    const writing = new Writing(live)
    try {
      return await once(chat, live, request, writing)
    } catch (fault) {
      writing.close()
      if (live.isStopped) return endingOfStop(live)
      const again =
        fault instanceof ModelError &&
        fault.passing &&
        live.log.length === 0 &&
        attempt <= retriesMax &&
        (fault.retryAfterMs ?? 0) <= retryMsMax
      if (!again) throw fault
      const afterMs = fault.retryAfterMs ?? 500 * 2 ** attempt
      live.notice({ type: 'retrying', attempt, afterMs, reason: fault.message })
      await pause(afterMs, live.stopped)
    }
  }
}

/** A stop ends it at once, also where the model does not hear it. */
async function once(chat: Chat, live: LiveRun, request: Request, writing: Writing): Promise<Ending> {
  if (live.isStopped) return endingOfStop(live)
  const stopped = aborted(live.stopped).then(() => endingOfStop(live))
  const ending = await Promise.race([heard(chat, live, request, writing), stopped])
  writing.close()
  return ending
}

async function heard(chat: Chat, live: LiveRun, request: Request, writing: Writing): Promise<Ending> {
  const { limits } = live
  const asked = { ...request, maxOutputTokens: tokensAsked(limits), signal: live.stopped }
  let end: ModelEnd | null = null
  for await (const event of chat.model.stream(asked)) {
    if (live.isStopped) break
    if (event.type === 'end') end = event
    else writing.write(event)
    if (writing.isFull) return { status: 'stopped', error: sizeLimit, usage: null }
    if (isBeyond(limits, writing.bytes)) return uncounted(writing, limits)
  }
  if (live.isStopped) return endingOfStop(live)
  if (!end) throw new ModelError('cut', 'The model stopped in the middle of its answer.')
  return endingOf(end, limits)
}

type ModelEnd = ModelEvent & { type: 'end' }

/** A model that was cut short at the number of tokens it was given does not always say how many they were. */
function endingOf({ finish, usage }: ModelEnd, limits: RunLimits): Ending {
  if (finish === 'length' && (usage.outputTokens ?? Infinity) >= tokensAsked(limits))
    return { status: 'stopped', error: tokenLimit(limits), usage }
  return { status: 'complete', error: finish === 'stop' ? null : { code: finish }, usage }
}

/** It would have gone on beyond its limit, and did not get to say what it used. */
function uncounted(writing: Writing, limits: RunLimits): Ending {
  const outputTokens = tokensAtLeast(writing.bytes)
  const unknown = { inputTokens: null, cachedInputTokens: null, reasoningTokens: null }
  return {
    status: 'stopped',
    error: tokenLimit(limits),
    usage: { ...unknown, outputTokens, estimated: true },
  }
}

function endingOfStop({ stopped, limits }: LiveRun): Ending {
  if (stopped.reason === 'shutdown')
    return { status: 'interrupted', error: { code: 'shutdown' }, usage: null }
  const error = stopped.reason === 'time_limit' ? timeLimit(limits) : { code: 'stopped' }
  return { status: 'stopped', error, usage: null }
}

/** What the person reads about a failure; a fault of ours is not told in its own words. */
function errorOf(fault: unknown): RunError {
  if (fault instanceof ModelError)
    return { code: fault.fault, message: tellable(fault.message), status: fault.status }
  return { code: 'internal', message: 'A fault of ours ended this answer.' }
}

const tellable = (message: string): string => escapeText(message.slice(0, reasonCharsMax)).text
