// Messages as JSON text for an HTTP body: SQLite escapes and joins the words, and only what it cannot know is put around them here.

import { messageStatuses, roles } from '../../core/message.ts'
import { isoOf } from '../iso.ts'
import { type Around, finishedAtOf } from './rows.ts'

const wordFor = (column: string, words: readonly string[]) =>
  `CASE ${column} ${words.map((word, code) => `WHEN ${code} THEN '${word}'`).join(' ')} END`

/** Keys stand in the order of the Message in docs/data-model.md, from `role` to `text`, then from `usage` to `origin`. */
export const messageJsonColumns = `
  m.seq, m.id, m.parent, m.status, m.persona, m.persona_version, m.model, m.created_at, m.finished_at,
  concat('"role":"', ${wordFor('m.role', roles)}, '","status":"', ${wordFor('m.status', messageStatuses)}, '","text":', json_quote(m.text),
    CASE WHEN m.parts IS NULL THEN '' ELSE concat(',"parts":', m.parts) END,
    ',"runId":', json_quote(r.id), ',"usage":', coalesce(m.usage, 'null'), ',"tag":', json_quote(m.tag), ',"intent":', json_quote(m.intent),
    ',"confidence":', coalesce(m.confidence / 100.0, 'null'), ',"entities":', coalesce(m.entities, 'null'),
    ',"sources":', coalesce(m.sources, 'null'), ',"metadata":', coalesce(m.metadata, 'null'), ',"origin":', json_quote(m.origin))`

export type MessageJsonRow = [
  seq: number, id: string, parent: number, status: number, persona: number | null, version: number | null, model: number | null,
  createdAt: number, finishedAt: number | null, words: string,
] // prettier-ignore

const quoted = (text: string | null) => (text === null ? 'null' : JSON.stringify(text))

export function messageJsonOf(row: MessageJsonRow, around: Around): string {
  const [seq, id, , status, , , , createdAt, finishedAt, words] = row
  const { index, count, ids } = around.siblings
  const ownId = quoted(id)
  const siblingIds = ids.length === 1 ? ownId : ids.map(quoted).join(',')
  const finished = finishedAtOf(status, createdAt, finishedAt)
  return (
    `{"id":${ownId},"threadId":${quoted(around.threadId)},"seq":${seq},"parentId":${quoted(around.parentId)},${words},` +
    `"personaId":${quoted(around.personaId)},"personaVersion":${quoted(around.personaVersion)},"sessionId":null,` +
    `"provider":${quoted(around.provider)},"model":${quoted(around.model)},` +
    `"marks":{${Object.entries(around.marks)
      .map(([mark, text]) => `"${mark}":${text}`)
      .join(',')}},"siblings":{"index":${index},"count":${count},"ids":[${siblingIds}]},` +
    `"createdAt":"${isoOf(createdAt)}","finishedAt":${finished === null ? 'null' : `"${isoOf(finished)}"`}}`
  )
}
