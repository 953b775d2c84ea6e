// Pages of messages: which rows the page holds (core/page.ts says), what stands around each (its parent, siblings, who spoke), and
// the same page once as objects and once as JSON text.

import type { DatabaseSync } from 'node:sqlite'
import type { MarkName, Message, Siblings } from '../../core/message.ts'
import { clip, type Window, windowOf } from '../../core/page.ts'
import type { MessageJsonPage, MessagePage, MessagesAsked } from '../../core/store.ts'
import { childrenOf, isOnPath, newestBelow, pathTo, type Stretch, type Tree } from '../../core/tree.ts'
import { must } from '../../core/assert.ts'
import { statusCode } from '../codes.ts'
import { messageJsonColumns, messageJsonOf, type MessageJsonRow } from './message-json.ts'
import {
  type Around,
  type MarkTexts,
  type KeyedThread,
  messageColumns,
  messageOf,
  type MessageRow,
} from './rows.ts'
import { asArrays } from './connection.ts'
import { Shapes } from './shapes.ts'
import { Speakers } from './speakers.ts'

type Statement = ReturnType<DatabaseSync['prepare']>
type RowHead = {
  seq: number
  id: string
  parent: number
  persona: number | null
  version: number | null
  model: number | null
}

const siblingsShown = 50
const noMarks: MarkTexts = {}

const stretch = (columns: string) => `
  SELECT ${columns} FROM messages m LEFT JOIN runs r ON r.key = m.run AND r.user = m.user
  WHERE m.user = ? AND m.thread = ? AND m.seq BETWEEN ? AND ? ORDER BY m.seq`

export const messageSql = {
  objects: stretch(messageColumns),
  jsons: stretch(messageJsonColumns),
  seqOf: 'SELECT seq FROM messages WHERE user = ? AND thread = ? AND id = ?',
  idAt: 'SELECT id FROM messages WHERE user = ? AND thread = ? AND seq = ?',
  marks: 'SELECT seq, mark, value FROM marks WHERE user = ? AND thread = ? AND seq BETWEEN ? AND ?',
  persona: 'SELECT key FROM personas WHERE id = ?',
  ofPersona: `
    SELECT seq FROM messages WHERE user = ? AND thread = ? AND persona = ? AND persona IS NOT NULL AND seq BETWEEN ? AND ?
    ORDER BY seq DESC LIMIT ?`,
  ofPersonaUp: `
    SELECT seq FROM messages WHERE user = ? AND thread = ? AND persona = ? AND persona IS NOT NULL AND seq BETWEEN ? AND ?
    ORDER BY seq LIMIT ?`,
} as const

type Found = { tree: Tree; window: Window }

export class MessageReader {
  readonly #ask: Record<keyof typeof messageSql, Statement>
  readonly #shapes: Shapes
  readonly #speakers: Speakers

  constructor(db: DatabaseSync) {
    const entries = Object.entries(messageSql).map(([name, sql]) => [name, asArrays(db.prepare(sql))])
    this.#ask = Object.fromEntries(entries) as Record<keyof typeof messageSql, Statement>
    this.#shapes = new Shapes(db)
    this.#speakers = new Speakers(db)
  }

  /** Null when a message that the page should turn on is not in this thread. */
  page(user: number, found: KeyedThread, asked: MessagesAsked): MessagePage | null {
    const page = this.#find(user, found, asked)
    if (!page) return null
    const rows = this.#rows(this.#ask.objects, user, found.key, page.window) as MessageRow[]
    const messages = this.#dressed(user, found, page.tree, rows, headOfObject).map(([row, around]) =>
      messageOf(row, around),
    )
    return { ...facts(found, page), pending: messages.some(({ status }) => status === 'pending'), messages }
  }

  jsonPage(user: number, found: KeyedThread, asked: MessagesAsked): MessageJsonPage | null {
    const page = this.#find(user, found, asked)
    if (!page) return null
    const rows = this.#rows(this.#ask.jsons, user, found.key, page.window) as MessageJsonRow[]
    const texts = this.#dressed(user, found, page.tree, rows, headOfJson).map(([row, around]) =>
      messageJsonOf(row, around),
    )
    return {
      ...facts(found, page),
      pending: rows.some((row) => row[3] === statusCode('pending')),
      json: `[${texts.join(',')}]`,
    }
  }

  one(user: number, found: KeyedThread, id: string): Message | null {
    const seq = this.#seqOf(user, found.key, id)
    if (seq === null) return null
    const rows = this.#ask.objects.all(user, found.key, seq, seq) as unknown as MessageRow[]
    const tree = this.#treeOf(user, found)
    const [dressed] = this.#dressed(user, found, tree, rows, headOfObject)
    return dressed ? messageOf(...dressed) : null
  }

  #find(user: number, found: KeyedThread, asked: MessagesAsked): Found | null {
    const tree = this.#treeOf(user, found)
    const around = asked.around === undefined ? undefined : this.#seqOf(user, found.key, asked.around)
    if (around === null) return null
    const path = this.#pathOf(user, found, tree, asked, around)
    if (!path) return null
    const { limit, before, after } = asked
    if (asked.personaId === undefined)
      return { tree, window: windowOf(path, { limit, before, after, around }) }
    return {
      tree,
      window: this.#personaWindow(user, found.key, path, { ...asked, personaId: asked.personaId }),
    }
  }

  /** The head's path, unless another branch is named or the message in the middle lies on another. */
  #pathOf(
    user: number,
    { key, thread }: KeyedThread,
    tree: Tree,
    { branch }: MessagesAsked,
    around: number | undefined,
  ): Stretch[] | null {
    if (tree.lastSeq === 0) return branch === undefined || branch === 'all' ? [] : null
    if (branch === 'all') return [{ from: 1, to: tree.lastSeq }]
    if (branch !== undefined) {
      const through = this.#seqOf(user, key, branch)
      return through === null ? null : pathTo(tree, newestBelow(tree, through))
    }
    const head =
      thread.headId === null ? tree.lastSeq : (this.#seqOf(user, key, thread.headId) ?? tree.lastSeq)
    const path = pathTo(tree, head)
    return around === undefined || isOnPath(path, around) ? path : pathTo(tree, newestBelow(tree, around))
  }

  /** Only one persona's messages: found by their own index, stretch by stretch from the end that was asked for. */
  #personaWindow(
    user: number,
    thread: number,
    path: Stretch[],
    asked: MessagesAsked & { personaId: string },
  ): Window {
    const persona = (this.#ask.persona.get(asked.personaId) as unknown as [number] | undefined)?.[0] ?? 0
    const up = asked.after !== undefined
    const wanted = clip(path, (asked.after ?? 0) + 1, (asked.before ?? Infinity) - 1)
    const seqs: number[] = []
    for (const { from, to } of up ? wanted : wanted.toReversed()) {
      if (seqs.length >= asked.limit) break
      const statement = up ? this.#ask.ofPersonaUp : this.#ask.ofPersona
      const rows = statement.all(user, thread, persona, from, to, asked.limit - seqs.length) as unknown as [
        number,
      ][]
      seqs.push(...rows.map(([seq]) => seq))
    }
    const shown = seqs.slice(0, asked.limit).toSorted((a, b) => a - b)
    const [first, last] = [shown[0], shown.at(-1)]
    const anyIn = (low: number, high: number) =>
      clip(path, low, high).some(
        ({ from, to }) => this.#ask.ofPersona.get(user, thread, persona, from, to, 1) !== undefined,
      )
    return {
      stretches: shown.map((seq) => ({ from: seq, to: seq })),
      hasMore: {
        before: first !== undefined && anyIn(1, first - 1),
        after: last !== undefined && anyIn(last + 1, Infinity),
      },
    }
  }

  #rows(statement: Statement, user: number, thread: number, { stretches }: Window): unknown[][] {
    return stretches.flatMap(
      ({ from, to }) => statement.all(user, thread, from, to) as unknown as unknown[][],
    )
  }

  #dressed<R>(
    user: number,
    { key, thread }: KeyedThread,
    tree: Tree,
    rows: R[],
    headOf: (row: R) => RowHead,
  ): [R, Around][] {
    const ids = new Map(rows.map((row) => [headOf(row).seq, headOf(row).id]))
    const idAt = (seq: number): string => {
      const id =
        ids.get(seq) ??
        must(this.#ask.idAt.get(user, key, seq) as unknown as [string], `message ${seq} is there`)[0]
      ids.set(seq, id)
      return id
    }
    const marks = this.#marksOf(
      user,
      key,
      rows.map((row) => headOf(row).seq),
    )
    return rows.map((row) => {
      const head = headOf(row)
      const parentId = head.parent === 0 ? null : idAt(head.parent)
      const siblings = siblingsIn(tree, head, idAt)
      return [
        row,
        {
          threadId: thread.id,
          parentId,
          siblings,
          marks: marks.get(head.seq) ?? noMarks,
          ...this.#speakers.of(head),
        },
      ]
    })
  }

  #marksOf(user: number, thread: number, seqs: number[]): Map<number, MarkTexts> {
    const marks = new Map<number, MarkTexts>()
    const [first, last] = [seqs[0], seqs.at(-1)]
    if (first === undefined || last === undefined) return marks
    const rows = this.#ask.marks.all(user, thread, first, last) as unknown as [number, MarkName, string][]
    for (const [seq, mark, value] of rows) marks.set(seq, { ...marks.get(seq), [mark]: value })
    return marks
  }

  #treeOf(user: number, { key, thread }: KeyedThread): Tree {
    return this.#shapes.treeOf(user, { key, lastSeq: thread.lastSeq, forkCount: thread.forkCount })
  }

  #seqOf(user: number, thread: number, id: string): number | null {
    return (this.#ask.seqOf.get(user, thread, id) as unknown as [number] | undefined)?.[0] ?? null
  }
}

/** Of a crowd of siblings, the ones nearest to this message are named. */
function siblingsIn(tree: Tree, { seq, id, parent }: RowHead, idAt: (seq: number) => string): Siblings {
  if (!tree.departingFrom.has(parent)) return { index: 0, count: 1, ids: [id] }
  const all = childrenOf(tree, parent)
  const index = all.indexOf(seq)
  const first = Math.max(0, Math.min(index - siblingsShown / 2, all.length - siblingsShown))
  return { index, count: all.length, ids: all.slice(first, first + siblingsShown).map(idAt) }
}

const headOfObject = ([seq, id, parent, , , , , persona, version, model]: MessageRow): RowHead => ({
  seq,
  id,
  parent,
  persona,
  version,
  model,
})
const headOfJson = ([seq, id, parent, , persona, version, model]: MessageJsonRow): RowHead => ({
  seq,
  id,
  parent,
  persona,
  version,
  model,
})

const facts = ({ thread }: KeyedThread, { window }: Found) => ({
  userId: thread.userId,
  headId: thread.headId,
  hasMore: window.hasMore,
})
