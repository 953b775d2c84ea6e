// What a plan has written, as plain values: each engine has a statement of the same name that takes them in this order.

import type { Key } from './heads.ts'

export type Value = string | number | null | Uint8Array

type At = [user: Key, thread: Key, seq: number]
type Text = string | null

export type Writes = {
  insertUser: [user: Key, id: string, at: number]
  setMainThread: [id: Text, user: Key]
  setName: [name: Text, user: Key]
  setLanguage: [language: Text, user: Key]
  setPersonaOfUser: [persona: Text, user: Key]
  setPersonaPrompt: [prompt: Text, user: Key]
  insertChange: [user: Key, changeSeq: number, thread: Key | null, kind: number, message: number | null]

  insertThread: [
    user: Key, thread: Key, id: string, title: Text, titledBy: Text, persona: Text, externalKey: Text, context: Text, metadata: Text,
    createdAs: Uint8Array, born: number, at: number,
  ] // prettier-ignore
  setTitle: [title: Text, titledBy: Text, user: Key, thread: Key]
  setPersonaOfThread: [persona: Text, user: Key, thread: Key]
  setContext: [context: Text, user: Key, thread: Key]
  setMetadata: [metadata: Text, user: Key, thread: Key]
  setArchived: [at: number | null, user: Key, thread: Key]
  setPinned: [at: number | null, user: Key, thread: Key]
  setBinned: [at: number | null, user: Key, thread: Key]
  clearExternalKey: [user: Key, thread: Key]

  say: [
    user: Key, thread: Key, seq: number, id: string, parent: number, role: number, status: number, placed: number, text: string,
    parts: Text, persona: Text, personaVersion: Text, provider: Text, model: Text, run: Key | null, origin: Text, usage: Text, tag: Text,
    intent: Text, confidence: number | null, entities: Text, sources: Text, metadata: Text, format: Text, checksum: Uint8Array | null,
    changeSeq: number, at: number,
  ] // prettier-ignore
  finishMessage: [
    status: number, text: string, parts: Text, provider: Text, model: Text, usage: Text, sources: Text, metadata: Text,
    checksum: Uint8Array, changeSeq: number, at: number, user: Key, thread: Key, seq: number,
  ] // prettier-ignore
  binMessage: [at: number, ...At]
  emptyMessage: [at: number, ...At]
  refillMessage: At
  unbinMessage: At
  forgetMessage: [at: number, ...At]
  unmarkMessage: At
  putMark: [...At, mark: string, value: string, at: number]
  removeMark: [...At, mark: string]
  putRef: [user: Key, provider: string, externalId: string, thread: Key]
  removeRef: [user: Key, thread: Key, provider: string]
  putReadSeq: [user: Key, thread: Key, readSeq: number, changeSeq: number]
  putDraft: [user: Key, thread: Key, draft: Text, at: number | null, changeSeq: number]

  forgetRunEvents: [user: Key, thread: Key, replySeq: number | null]
  forgetRuns: [user: Key, thread: Key]
  forgetBin: [user: Key, thread: Key]
  forgetMarks: [user: Key, thread: Key]
  forgetMessages: [user: Key, thread: Key]
  forgetChanges: [user: Key, thread: Key]
  forgetThread: [user: Key, thread: Key]

  insertRun: [
    user: Key, run: Key, id: string, thread: Key, message: number, reply: number, attempt: number, owner: string, leaseMs: number,
    contextReceipt: Text, at: number,
  ] // prettier-ignore
  insertRunEvents: [user: Key, run: Key, ordinal: number, position: number, events: string]
  setContextReceipt: [contextReceipt: string, user: Key, run: Key]
  renewLease: [leaseMs: number, at: number, user: Key, run: Key]
  askStop: [at: number, user: Key, run: Key]
  endRun: [status: number, error: Text, at: number, user: Key, run: Key]
}

export type WriteName = keyof Writes
export type Write = { [N in WriteName]: { name: N; values: Writes[N] } }[WriteName]
