// A store with something in it, in a folder of its own, for tests of what is done to whole files.
import { cpSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Change } from '../../src/core/change.ts'
import { keptOrThrow } from '../../src/core/receipt.ts'
import type { Store } from '../../src/core/store.ts'
import type { Message } from '../../src/core/message.ts'
import { examineStore, type Examination } from '../../src/store/sqlite/doctor.ts'
import { Home } from '../crash/home.ts'
import { asked, created, ended, said } from '../store/commits.ts'

let clock = Date.UTC(2026, 0, 1)

export async function keep(store: Store, user: string, ...changes: Change[]): Promise<void> {
  keptOrThrow(await store.commit({ user, at: clock++, changes }))
}

/** Two people with three threads each: plain words, a fork, an answer, an edit. */
export async function fill(store: Store, messages = 5): Promise<void> {
  for (const user of ['ann', 'bob'])
    for (const thread of ['t1', 't2', 't3']) {
      await keep(store, user, created(thread))
      for (let i = 1; i <= messages; i++)
        await keep(
          store,
          user,
          said(thread, `${user} in ${thread} says ${i} ${'é'.repeat(i % 7)}`, { id: `m${i}` }),
        )
      await keep(store, user, said(thread, 'an edit', { id: 'edit', parentId: 'm2' }))
      const outcome = keptOrThrow(
        await store.commit({ user, at: clock++, changes: asked(thread, 'why?', { id: 'why' }) }),
      )
      if (outcome.run) await keep(store, user, ended(outcome.run, `because of ${thread}`))
    }
}

let template: Promise<Home> | null = null

/** Filled once; every other is a copy of it, and so the same store. */
export async function filledHome(): Promise<Home> {
  const whole = await (template ??= newlyFilledHome())
  const home = new Home()
  cpSync(whole.folder, home.folder, { recursive: true })
  return home
}

/** A store of its own. */
export async function newlyFilledHome(messages?: number): Promise<Home> {
  const home = new Home()
  process.once('exit', () => home[Symbol.dispose]())
  await using store = await home.open()
  await fill(store, messages)
  return home
}

export async function wordsOf(store: Store, user: string, thread: string): Promise<string[]> {
  return (await messagesOf(store, user, thread)).map(({ text }) => text)
}

export async function messagesOf(store: Store, user: string, thread: string): Promise<Message[]> {
  const all: Message[] = []
  for (;;) {
    const page = await store.messages(user, thread, {
      branch: 'all',
      after: all.at(-1)?.seq ?? 0,
      limit: 200,
    })
    all.push(...(page?.messages ?? []))
    if ((page?.messages.length ?? 0) < 200) return all
  }
}

export const examined = (home: Home): Examination => examineStore(home.file, home.folder)
export const kindsOf = ({ findings }: Examination): string[] => findings.map(({ kind }) => kind)

/** Only while no store of this process is open there. */
export function edit(file: string, ...statements: string[]): void {
  using db = new DatabaseSync(file)
  db.enableDefensive(false)
  for (const statement of statements) db.exec(statement)
}

export const forgotten = (threadId: string, messageId: string): Change => ({
  kind: 'message.forgotten',
  threadId,
  messageId,
})
export const threadForgotten = (threadId: string): Change => ({ kind: 'thread.forgotten', threadId })
