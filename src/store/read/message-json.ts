// Messages as JSON text for an HTTP body: the engine escapes and joins the words, and only what it cannot know is put around them here.

import type { Siblings } from '../../core/message.ts'
import { roleAt, statusAt } from '../codes.ts'
import { isoOf } from '../iso.ts'
import type { Key } from '../plan/heads.ts'
import { finishedAtOf, type MarkTexts, type MessageNames, type MessageRow, type Speaker } from './rows.ts'

/** How an engine says these things in SQL. */
export type JsonSpeech = MessageNames & {
  /** Text as JSON text, and null as null. */
  quoted(column: string): string
  /** A fraction of these hundredths. */
  fraction(column: string): string
  allNull(columns: string): string
}

/** What is rare is asked for in one question; most messages have none of it. */
const notes = 'm.usage, m.tag, m.intent, m.confidence, m.entities, m.sources, m.metadata, m.origin, m.parts'
const noNotes =
  ',"runId":null,"usage":null,"tag":null,"intent":null,"confidence":null,"entities":null,"sources":null,"metadata":null,"origin":null'

export const messageJsonColumns = (speech: JsonSpeech): string => `
  m.seq, m.id, m.parent, m.status, ${speech.persona}, ${speech.version}, ${speech.model}, m.created_at, m.finished_at, m.role,
  CASE WHEN ${speech.allNull(`${notes}, ${speech.run}`)} THEN concat(${speech.quoted('m.text')}, '${noNotes}')
  ELSE concat(${speech.quoted('m.text')}, CASE WHEN m.parts IS NULL THEN '' ELSE concat(',"parts":', m.parts) END,
    ',"runId":', ${speech.quoted(speech.runId)}, ',"usage":', coalesce(m.usage, 'null'), ',"tag":', ${speech.quoted('m.tag')},
    ',"intent":', ${speech.quoted('m.intent')}, ',"confidence":', coalesce(${speech.fraction('m.confidence')}, 'null'),
    ',"entities":', coalesce(m.entities, 'null'), ',"sources":', coalesce(m.sources, 'null'),
    ',"metadata":', coalesce(m.metadata, 'null'), ',"origin":', ${speech.quoted('m.origin')}) END`

export type MessageJsonRow = readonly [
  seq: number, id: string, parent: number, status: number, persona: Key | null, version: Key | null, model: Key | null,
  createdAt: number, finishedAt: number | null, role: number, words: string, provider?: string | null,
] // prettier-ignore

/** For an engine that is slower at quoting than we are: the same row, of what objects are made of. */
export function jsonRowOf(row: MessageRow): MessageJsonRow {
  const [seq, id, parent, role, status, , , persona, version, model] = row
  return [
    seq,
    id,
    parent,
    status,
    persona,
    version,
    model,
    row[19],
    row[20],
    role,
    wordsOf(row),
    row[21] ?? null,
  ]
}

function wordsOf(row: MessageRow): string {
  const [
    ,
    ,
    ,
    ,
    ,
    text,
    parts,
    ,
    ,
    ,
    run,
    usage,
    tag,
    intent,
    confidence,
    entities,
    sources,
    metadata,
    origin,
  ] = row
  const words = JSON.stringify(text)
  if (
    (parts ?? run ?? usage ?? tag ?? intent ?? confidence ?? entities ?? sources ?? metadata ?? origin) ===
    null
  )
    return words + noNotes
  return (
    `${words}${parts === null ? '' : `,"parts":${parts}`},"runId":${quoted(run)},"usage":${usage ?? 'null'},"tag":${quoted(tag)},` +
    `"intent":${quoted(intent)},"confidence":${confidence === null ? 'null' : confidence / 100},"entities":${entities ?? 'null'},` +
    `"sources":${sources ?? 'null'},"metadata":${metadata ?? 'null'},"origin":${quoted(origin)}`
  )
}

/** What stands around a message, each already as JSON text. */
export type AroundJson = {
  threadId: string
  id: string
  parentId: string
  speaker: string
  siblings: string
  marks: string
}

export function messageJsonOf(row: MessageJsonRow, around: AroundJson): string {
  const [seq, , , status, , , , createdAt, finishedAt, role, words] = row
  const created = `"${isoOf(createdAt)}"`
  const at = finishedAtOf(status, createdAt, finishedAt)
  const finished = at === null ? 'null' : at === createdAt ? created : `"${isoOf(at)}"`
  return (
    `{"id":${around.id},"threadId":${around.threadId},"seq":${seq},"parentId":${around.parentId},"role":"${roleAt(role)}",` +
    `"status":"${statusAt(status)}","text":${words},${around.speaker},"sessionId":null,"marks":${around.marks},` +
    `"siblings":${around.siblings},"createdAt":${created},"finishedAt":${finished}}`
  )
}

const plain = /^[\w.:-]*$/
export const quoted = (text: string | null): string =>
  text === null ? 'null' : plain.test(text) ? `"${text}"` : JSON.stringify(text)

export const siblingsJson = ({ index, count, ids }: Siblings): string =>
  `{"index":${index},"count":${count},"ids":[${ids.map(quoted).join(',')}]}`

export const speakerJson = ({ personaId, personaVersion, provider, model }: Speaker): string =>
  `"personaId":${quoted(personaId)},"personaVersion":${quoted(personaVersion)},"provider":${quoted(provider)},"model":${quoted(model)}`

export function marksJson(marks: MarkTexts | undefined): string {
  if (marks === undefined) return '{}'
  const entries = Object.entries(marks).map(([mark, text]) => `"${mark}":${text}`)
  return `{${entries.join(',')}}`
}
