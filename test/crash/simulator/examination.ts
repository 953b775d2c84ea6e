// Holds the file against what the devices know for certain, past every index and reader of ours, and asks the doctor as well.
import { openReading } from '../../../src/store/sqlite/connection.ts'
import { examineStore } from '../../../src/store/sqlite/doctor.ts'
import { inspect } from '../inspection.ts'
import type { Ledger } from './ledger.ts'
import { signaturesIn } from './provider.ts'
import type { StoreFolder } from './store-folder.ts'

type Row = {
  user: string
  thread: string
  id: string
  seq: number
  status: number
  text: string
  parts: string | null
}
type RunRow = { id: string; status: number; reply: string; replyStatus: number; ends: number }
const [pending, deleted, running] = [0, 5, 0]

/** Each a sentence. `atRest`: nothing is under way any more, and nobody died a moment ago. */
export function examination(place: StoreFolder, ledger: Ledger, atRest: boolean, setAside: string): string[] {
  using db = openReading(place.file)
  const rows = db
    .prepare(
      `SELECT u.id AS user, t.id AS thread, m.id, m.seq, m.status, m.text, m.parts FROM messages m NOT INDEXED
      JOIN threads t ON t.key = m.thread JOIN users u ON u.key = m.user`,
    )
    .all() as Row[]
  const runs = db
    .prepare(
      `SELECT r.id, r.status, m.id AS reply, m.status AS replyStatus, (SELECT count(*) FROM changes c
        WHERE c.user = r.user AND c.thread = r.thread AND c.message = r.reply AND c.kind = 14) AS ends
      FROM runs r JOIN messages m ON m.user = r.user AND m.thread = r.thread AND m.seq = r.reply`,
    )
    .all() as RunRow[]
  const { faults, duplicates } = inspect(place.file)
  return [
    ...faults,
    ...(duplicates > 0 ? [`${duplicates} ids stand there twice`] : []),
    ...sentFaults(rows, ledger, atRest, setAside),
    ...rows.flatMap(foreignFaults),
    ...runs.flatMap((run) => runFaults(run, atRest)),
    ...(atRest ? answerFaults(db, rows, ledger) : []),
    ...(atRest
      ? examineStore(place.file, place.folder).findings.map(
          ({ kind, ...more }) => `the doctor found ${kind}: ${JSON.stringify(more)}`,
        )
      : []),
  ]
}

function sentFaults(rows: Row[], ledger: Ledger, atRest: boolean, setAside: string): string[] {
  const there = new Map(rows.map((row) => [row.id, row]))
  const faults: string[] = []
  for (const [id, { user, threadId, text }] of ledger.sent) {
    const [row, acked] = [there.get(id), ledger.acked.get(id)]
    if (!row) {
      const mayWait = acked?.isSpooled && (!atRest || setAside.includes(`"${id}"`))
      if (acked && !mayWait) faults.push(`${id} was acknowledged, and is lost`)
      continue
    }
    if (row.user !== user || row.thread !== threadId)
      faults.push(`${id} of ${user} in ${threadId} is with ${row.user} in ${row.thread}`)
    if (acked && acked.seq !== null && acked.seq !== row.seq)
      faults.push(`${id} was acknowledged as seq ${acked.seq}, and is ${row.seq}`)
    if (row.status === deleted && !ledger.touched.has(id))
      faults.push(`${id} is deleted, and nobody asked for it`)
    if (row.status !== deleted && row.text !== text)
      faults.push(`${id} says "${row.text}" in place of "${text}"`)
    if (row.status !== deleted && ledger.deleted.has(id))
      faults.push(`that ${id} was deleted was acknowledged, and it is there`)
  }
  for (const group of ledger.groups) {
    const count = group.filter((id) => there.has(id)).length
    if (count !== 0 && count !== group.length)
      faults.push(`of one commit, ${count} of ${group.length} messages are there`)
  }
  for (const [id, { status }] of ledger.ends)
    if (!there.has(id)) faults.push(`the answer ${id} was told as ${status}, and is lost`)
  return faults
}

const foreignFaults = ({ user, id, text, parts }: Row): string[] =>
  signaturesIn(`${text} ${parts ?? ''}`)
    .filter((name) => name !== `[${user}]`)
    .map((name) => `${id} of ${user} holds words of ${name}`)

function runFaults({ id, status, reply, replyStatus, ends }: RunRow, atRest: boolean): string[] {
  const isOpen = status === running
  if (ends !== (isOpen ? 0 : 1)) return [`the run ${id} is at status ${status} and has ${ends} ends`]
  if (isOpen !== (replyStatus === pending))
    return [`the run ${id} is at status ${status}, and its answer ${reply} at ${replyStatus}`]
  return isOpen && atRest ? [`the run ${id} was never ended`] : []
}

/** Whoever was told that their message is kept and wanted an answer has got one, however it ended. */
function answerFaults(db: ReturnType<typeof openReading>, rows: Row[], ledger: Ledger): string[] {
  const answered = db
    .prepare(
      `SELECT m.id FROM runs r JOIN messages m ON m.user = r.user AND m.thread = r.thread AND m.seq = r.message WHERE r.attempt = 1`,
    )
    .all() as { id: string }[]
  const ids = new Set(answered.map(({ id }) => id))
  return rows.flatMap(({ id }) =>
    ledger.sent.get(id)?.wantsReply && ledger.acked.has(id) && !ids.has(id)
      ? [`${id} wanted an answer, and nobody was asked for one`]
      : [],
  )
}
