// Compares what was moved with what it was moved from: the rows of every thread by count, its words by their checksums, and its chain
// added up anew from the words themselves.

import { xorInto } from '../../core/checksum.ts'
import type { CanonicalJson } from '../../core/json.ts'
import type { Content } from '../../core/part.ts'
import { roleAt, statusCode } from '../codes.ts'
import { checksumOf, linkOf } from '../hash.ts'
import { columns, type Destination, type MovedRow, type Origin, sameStanding } from './rows.ts'

export type Difference = { user: string; thread: string | null; what: string }

const at = (name: (typeof columns.messages)[number]) => columns.messages.indexOf(name)
const [seqAt, idAt, roleAtColumn, statusAt] = [at('seq'), at('id'), at('role'), at('status')]
const [textAt, partsAt, checksumAt] = [at('text'), at('parts'), at('checksum')]
const chainAt = columns.threads.indexOf('chain')

export async function differencesOf(from: Origin, to: Destination, user: string): Promise<Difference[]> {
  const differences: Difference[] = []
  const differ = (thread: string | null, what: string) => void differences.push({ user, thread, what })
  if (JSON.stringify(await from.user(user)) !== JSON.stringify(await to.user(user))) differ(null, 'the user')
  if ((await from.changesCount(user)) !== (await to.changesCount(user))) differ(null, 'the changes')
  const there = new Map((await to.threads(user)).map((thread) => [thread.id, thread]))
  for (const thread of await from.threads(user)) {
    const moved = there.get(thread.id)
    there.delete(thread.id)
    if (!moved) differ(thread.id, 'is not there')
    else if (!sameStanding(moved, thread)) differ(thread.id, 'its row, or how many rows it has')
    else await compareWords(to, user, thread.id, String(thread.row[chainAt]), differ)
  }
  for (const id of there.keys()) differ(id, 'is there, and was not moved')
  return differences
}

async function compareWords(
  to: Destination,
  user: string,
  thread: string,
  chain: string,
  differ: (thread: string, what: string) => void,
): Promise<void> {
  const sum = new Uint8Array(16)
  for await (const rows of to.rows(user, thread, 'messages'))
    for (const row of rows) {
      if (!countsInChain(row)) continue
      const [seq, id, checksum] = [Number(row[seqAt]), String(row[idAt]), String(row[checksumAt])]
      if (checksumOf(roleAt(Number(row[roleAtColumn])), contentOf(row)) !== checksum)
        differ(thread, `the words of message ${id}`)
      xorInto(sum, linkOf(seq, id, checksum))
    }
  if (Buffer.from(sum).toString('hex') !== chain) differ(thread, 'its chain')
}

/** Finished, and not deleted. */
const countsInChain = (row: MovedRow): boolean =>
  row[statusAt] !== statusCode('pending') && row[statusAt] !== statusCode('deleted')

const contentOf = (row: MovedRow): Content => ({
  text: String(row[textAt]),
  parts: row[partsAt] as CanonicalJson | null,
})
