// Pages of messages: which rows the page holds (core/page.ts says), what stands around each (its parent, siblings, who spoke), and
// the same page once as objects and once as JSON text.

import type { Message } from '../../core/message.ts'
import { clip, type Window, windowOf } from '../../core/page.ts'
import type { MessageJsonPage, MessagePage, MessagesAsked } from '../../core/store.ts'
import { isOnPath, newestBelow, pathTo, type Stretch, type Tree } from '../../core/tree.ts'
import { statusCode } from '../codes.ts'
import type { Ask, Contents, Place } from './ask.ts'
import { marksJson, messageJsonOf, type MessageJsonRow, quoted, siblingsJson } from './message-json.ts'
import { type MarkTexts, messageOf, type MessageRow } from './rows.ts'
import type { Shapes } from './shapes.ts'
import { seqsBeside, siblingsIn } from './siblings.ts'
import type { Witness } from './witness.ts'

const noMarks: MarkTexts = {}

type Found = { tree: Tree; window: Window }

export class MessagePages {
  readonly #ask: Ask
  readonly #shapes: Shapes
  readonly #witness: Witness

  constructor(ask: Ask, shapes: Shapes, witness: Witness) {
    this.#ask = ask
    this.#shapes = shapes
    this.#witness = witness
  }

  /** Null when a message that the page should turn on is not in this thread. */
  page(place: Place, asked: MessagesAsked): MessagePage | null {
    const page = this.#find(place, asked)
    if (!page) return null
    const messages = this.#objects(place, page.tree, page.window.stretches)
    return { ...facts(place, page), pending: messages.some(({ status }) => status === 'pending'), messages }
  }

  jsonPage(place: Place, asked: MessagesAsked): MessageJsonPage | null {
    const page = this.#find(place, asked)
    if (!page) return null
    const { tree, window } = page
    const contents = this.#ask.jsons(place, window.stretches, () => seqsBeside(tree, window.stretches))
    this.#see(place, window.stretches)
    return {
      ...facts(place, page),
      pending: contents.rows.some((row) => row[3] === statusCode('pending')),
      json: `[${joined(this.#texts(place, tree, contents))}]`,
    }
  }

  one(place: Place, id: string): Message | null {
    const seq = this.#ask.seqOf(place, id)
    if (seq === null) return null
    return this.#objects(place, this.#treeOf(place), [{ from: seq, to: seq }])[0] ?? null
  }

  #find(place: Place, asked: MessagesAsked): Found | null {
    const tree = this.#treeOf(place)
    const around = asked.around === undefined ? undefined : this.#ask.seqOf(place, asked.around)
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
      const through = this.#ask.seqOf(place, branch)
      return through === null ? null : pathTo(tree, newestBelow(tree, through))
    }
    const path = pathTo(tree, place.headSeq === 0 ? tree.lastSeq : place.headSeq)
    return around === undefined || isOnPath(path, around) ? path : pathTo(tree, newestBelow(tree, around))
  }

  /** Only one persona's messages: found by their own index, from the end that was asked for. */
  #personaWindow(place: Place, path: Stretch[], asked: MessagesAsked & { personaId: string }): Window {
    const persona = this.#ask.persona(asked.personaId)
    const wanted = clip(path, (asked.after ?? 0) + 1, (asked.before ?? Infinity) - 1)
    const end = asked.after === undefined ? 'last' : 'first'
    const shown = this.#ask.ofPersona(place, persona, wanted, asked.limit, end).toSorted((a, b) => a - b)
    const [first, last] = [shown[0], shown.at(-1)]
    const anyIn = (low: number, high: number) => this.#ask.hasPersona(place, persona, clip(path, low, high))
    return {
      stretches: shown.map((seq) => ({ from: seq, to: seq })),
      hasMore: {
        before: first !== undefined && anyIn(1, first - 1),
        after: last !== undefined && anyIn(last + 1, Infinity),
      },
    }
  }

  #objects(place: Place, tree: Tree, stretches: readonly Stretch[]): Message[] {
    const contents = this.#ask.objects(place, stretches, () => seqsBeside(tree, stretches))
    this.#see(place, stretches)
    const idAt = idsOf(contents)
    const marks = marksOf(contents)
    return contents.rows.map((row) => {
      const [seq, id, parent, , , , , persona, version, model] = row
      return messageOf(row, {
        threadId: place.id,
        parentId: parent === 0 ? null : idAt(parent),
        siblings: siblingsIn(tree, { seq, id, parent }, idAt),
        marks: marks.get(seq) ?? noMarks,
        ...this.#ask.speakerOf(persona, version, model, row[21]),
      })
    })
  }

  /** The same as JSON, without an object on the way. */
  #texts(place: Place, tree: Tree, contents: Contents<MessageJsonRow>): string[] {
    const idAt = idsOf(contents)
    const marks = marksOf(contents)
    const threadId = quoted(place.id)
    let [lastSeq, lastId] = [0, 'null']
    return contents.rows.map((row) => {
      const [seq, ownId, parent, , persona, version, model] = row
      const id = quoted(ownId)
      const parentId = parent === lastSeq ? lastId : parent === 0 ? 'null' : quoted(idAt(parent))
      const siblings = tree.departingFrom.has(parent)
        ? siblingsJson(siblingsIn(tree, { seq, id: ownId, parent }, idAt))
        : `{"index":0,"count":1,"ids":[${id}]}`
      ;[lastSeq, lastId] = [seq, id]
      const speaker = this.#ask.speakerJsonOf(persona, version, model, row[11])
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

  #see(place: Place, stretches: readonly Stretch[]): void {
    this.#witness.see(place, stretches, (unseen) => this.#ask.sums(place, unseen))
  }

  #treeOf(place: Place): Tree {
    return this.#shapes.treeOf(place, (seq) => this.#ask.departuresAfter(place, seq))
  }
}

/** Not by join, which would copy all of it, only for the body around it to do so again. */
const joined = (texts: readonly string[]): string =>
  texts.reduce((before, text) => (before === '' ? text : `${before},${text}`), '')

/** Ids by seq: those of the page are at hand, one outside of it is asked for when it is needed. */
function idsOf(contents: Contents<MessageRow | MessageJsonRow>): (seq: number) => string {
  let ids: Map<number, string> | null = null
  return (seq) => {
    ids ??= new Map(contents.rows.map(([seq, id]) => [seq, id]))
    const id = ids.get(seq) ?? contents.idAt(seq)
    ids.set(seq, id)
    return id
  }
}

function marksOf(contents: Contents<unknown>): Map<number, MarkTexts> {
  const marks = new Map<number, MarkTexts>()
  for (const [seq, mark, value] of contents.marks) marks.set(seq, { ...marks.get(seq), [mark]: value })
  return marks
}

const facts = ({ userId, headId }: Place, { window }: Found) => ({ userId, headId, hasMore: window.hasMore })
