// Pages of messages: which rows the page holds (core/page.ts says), what stands around each (its parent, siblings, who spoke), and
// the same page once as objects and once as JSON text.

import type { DatabaseSync } from 'node:sqlite'
import type { MarkName, Message, Siblings } from '../../core/message.ts'
import { clip, type Window, windowOf } from '../../core/page.ts'
import type { MessageJsonPage, MessagePage, MessagesAsked } from '../../core/store.ts'
import { childrenOf, isOnPath, newestBelow, pathTo, type Stretch, type Tree } from '../../core/tree.ts'
import { must } from '../../core/assert.ts'
import { statusCode } from '../codes.ts'
import {
  marksJson,
  messageJsonColumns,
  messageJsonOf,
  type MessageJsonRow,
  quoted,
  siblingsJson,
} from './message-json.ts'
import { type MarkTexts, type Place, messageColumns, messageOf, type MessageRow } from './rows.ts'
import { asArrays } from './connection.ts'
import { Shapes } from './shapes.ts'
import { Speakers } from './speakers.ts'

type Statement = ReturnType<DatabaseSync['prepare']>
const siblingsShown = 50
const noMarks: MarkTexts = {}

const stretch = (columns: string) => `
  SELECT ${columns} FROM messages m
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
  page(place: Place, asked: MessagesAsked): MessagePage | null {
    const page = this.#find(place, asked)
    if (!page) return null
    const rows = this.#rows(this.#ask.objects, place, page.window) as MessageRow[]
    const messages = this.#dressed(place, page.tree, rows)
    return { ...facts(place, page), pending: messages.some(({ status }) => status === 'pending'), messages }
  }

  jsonPage(place: Place, asked: MessagesAsked): MessageJsonPage | null {
    const page = this.#find(place, asked)
    if (!page) return null
    const rows = this.#rows(this.#ask.jsons, place, page.window) as MessageJsonRow[]
    return {
      ...facts(place, page),
      pending: rows.some((row) => row[3] === statusCode('pending')),
      json: `[${this.#texts(place, page.tree, rows).join(',')}]`,
    }
  }

  one(place: Place, id: string): Message | null {
    const seq = this.#seqOf(place, id)
    if (seq === null) return null
    const rows = this.#ask.objects.all(place.user, place.key, seq, seq) as unknown as MessageRow[]
    const tree = this.#treeOf(place)
    return this.#dressed(place, tree, rows)[0] ?? null
  }

  #find(place: Place, asked: MessagesAsked): Found | null {
    const tree = this.#treeOf(place)
    const around = asked.around === undefined ? undefined : this.#seqOf(place, asked.around)
    if (around === null) return null
    const path = this.#pathOf(place, tree, asked, around)
    if (!path) return null
    const { limit, before, after } = asked
    if (asked.personaId === undefined)
      return { tree, window: windowOf(path, { limit, before, after, around }) }
    return {
      tree,
      window: this.#personaWindow(place, path, { ...asked, personaId: asked.personaId }),
    }
  }

  /** The head's path, unless another branch is named or the message in the middle lies on another. */
  #pathOf(place: Place, tree: Tree, { branch }: MessagesAsked, around: number | undefined): Stretch[] | null {
    if (tree.lastSeq === 0) return branch === undefined || branch === 'all' ? [] : null
    if (branch === 'all') return [{ from: 1, to: tree.lastSeq }]
    if (branch !== undefined) {
      const through = this.#seqOf(place, branch)
      return through === null ? null : pathTo(tree, newestBelow(tree, through))
    }
    const path = pathTo(tree, place.headSeq === 0 ? tree.lastSeq : place.headSeq)
    return around === undefined || isOnPath(path, around) ? path : pathTo(tree, newestBelow(tree, around))
  }

  /** Only one persona's messages: found by their own index, stretch by stretch from the end that was asked for. */
  #personaWindow(
    { user, key: thread }: Place,
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

  #rows(statement: Statement, { user, key }: Place, { stretches }: Window): unknown[][] {
    return stretches.flatMap(({ from, to }) => statement.all(user, key, from, to) as unknown as unknown[][])
  }

  #dressed(place: Place, tree: Tree, rows: MessageRow[]): Message[] {
    const idAt = this.#idsBeside(place, rows)
    const marks = this.#marksOf(place, rows)
    return rows.map((row) => {
      const head = headOf(row)
      const parentId = head.parent === 0 ? null : idAt(head.parent)
      const siblings = siblingsIn(tree, head, idAt)
      return messageOf(row, {
        threadId: place.id,
        parentId,
        siblings,
        marks: marks.get(head.seq) ?? noMarks,
        ...this.#speakers.of(head),
      })
    })
  }

  /** The same as JSON, without an object on the way. */
  #texts(place: Place, tree: Tree, rows: MessageJsonRow[]): string[] {
    const idAt = this.#idsBeside(place, rows)
    const marks = this.#marksOf(place, rows)
    const threadId = quoted(place.id)
    let [lastSeq, lastId] = [0, 'null']
    return rows.map((row) => {
      const [seq, ownId, parent, , persona, version, model] = row
      const id = quoted(ownId)
      const parentId = parent === lastSeq ? lastId : parent === 0 ? 'null' : quoted(idAt(parent))
      const siblings = tree.departingFrom.has(parent)
        ? siblingsJson(siblingsIn(tree, { seq, id: ownId, parent }, idAt))
        : `{"index":0,"count":1,"ids":[${id}]}`
      ;[lastSeq, lastId] = [seq, id]
      const speaker = this.#speakers.jsonOf({ persona, version, model })
      return messageJsonOf(row, {
        threadId,
        id,
        parentId,
        speaker,
        siblings,
        marks: marksJson(marks.get(seq)),
      })
    })
  }

  /** Ids by seq: those of the page are at hand, one outside of it is asked for when it is needed. */
  #idsBeside({ user, key }: Place, rows: readonly (MessageRow | MessageJsonRow)[]): (seq: number) => string {
    let ids: Map<number, string> | null = null
    return (seq) => {
      ids ??= new Map(rows.map(([seq, id]) => [seq, id]))
      const id =
        ids.get(seq) ??
        must(this.#ask.idAt.get(user, key, seq) as unknown as [string], `message ${seq} is there`)[0]
      ids.set(seq, id)
      return id
    }
  }

  #marksOf({ user, key }: Place, rows: readonly (MessageRow | MessageJsonRow)[]): Map<number, MarkTexts> {
    const marks = new Map<number, MarkTexts>()
    const [first, last] = [rows[0]?.[0], rows.at(-1)?.[0]]
    if (first === undefined || last === undefined) return marks
    const found = this.#ask.marks.all(user, key, first, last) as unknown as [number, MarkName, string][]
    for (const [seq, mark, value] of found) marks.set(seq, { ...marks.get(seq), [mark]: value })
    return marks
  }

  #treeOf(place: Place): Tree {
    return this.#shapes.treeOf(place.user, place)
  }

  #seqOf({ user, key }: Place, id: string): number | null {
    return (this.#ask.seqOf.get(user, key, id) as unknown as [number] | undefined)?.[0] ?? null
  }
}

/** Of a crowd of siblings, the ones nearest to this message are named. */
function siblingsIn(
  tree: Tree,
  { seq, id, parent }: { seq: number; id: string; parent: number },
  idAt: (seq: number) => string,
): Siblings {
  if (!tree.departingFrom.has(parent)) return { index: 0, count: 1, ids: [id] }
  const all = childrenOf(tree, parent)
  const index = all.indexOf(seq)
  const first = Math.max(0, Math.min(index - siblingsShown / 2, all.length - siblingsShown))
  return { index, count: all.length, ids: all.slice(first, first + siblingsShown).map(idAt) }
}

const headOf = ([seq, id, parent, , , , , persona, version, model]: MessageRow) => ({
  seq,
  id,
  parent,
  persona,
  version,
  model,
})

const facts = ({ userId, headId }: Place, { window }: Found) => ({ userId, headId, hasMore: window.hasMore })
