// Examines a database beside the nodes that use it: which store it is and how far it had come, its schema, its runs, and everybody's rows.

import { ThreadkeepError } from '../../core/errors.ts'
import { type Examination, faultsMax } from '../doctor/examination.ts'
import { type Finding, finding } from '../doctor/finding.ts'
import { migrationsOf } from '../migrations.ts'
import { placeOf, tried } from './address.ts'
import { type PostgresCard, readPostgresCard, whatIsOther } from './card.ts'
import { collect, ofNobody, walk } from './doctor-walk.ts'
import { forDatabase } from './doctor-words.ts'
import { Everybody, type Logins } from './everybody.ts'
import { refuseOther, refuseUnmigrated } from './migrate.ts'
import { schemaReport } from './schema-report.ts'
import { type Standing, standingOf } from './standing.ts'

export type DatabasePlace = Logins & { folder: string }

/** A question goes through all that one person has, or one table that an index does not lead through. */
const statementMs = 10 * 60_000

export async function examineDatabase(place: DatabasePlace): Promise<Examination> {
  await using everybody = await Everybody.open(place, 'The doctor', statementMs)
  return await examineEverybody(everybody, place)
}

export const openEverybody = (place: DatabasePlace): Promise<Everybody> =>
  Everybody.open(place, 'The repair', statementMs)

export async function examineEverybody(everybody: Everybody, place: DatabasePlace): Promise<Examination> {
  const seen: Examination = { findings: [], users: 0, threads: 0, messages: 0 }
  collect(seen.findings, await ofWhole(everybody, place))
  for await (const { found } of walk(everybody, seen)) collect(seen.findings, found.map(forDatabase))
  return seen
}

/** What is not anybody's. The card is read first: a node that runs meanwhile only goes on from there. */
export async function ofWhole(everybody: Everybody, place: DatabasePlace): Promise<Finding[]> {
  const card = cardIn(place.folder)
  const address = { setting: 'THREADKEEP_STORE', url: place.url } as const
  const standing = await tried(address, 'Looking at the store', () => standingOf(everybody.app))
  const other = [...ofCard(card, standing, placeOf(place.url))]
  if (standing.meta.storeId === '' && other.length > 0) throw nothingThere(placeOf(place.url))
  refuseUnmigrated(standing.meta, migrationsOf('postgres'))
  const found = [
    ...other,
    ...ofMigrations(standing),
    ...(await ofSchema(everybody)),
    ...(await ofNobody(everybody)),
  ]
  return found.map(forDatabase)
}

function* ofCard(card: PostgresCard | null, standing: Standing, where: string): Generator<Finding> {
  const why = card && whatIsOther(card, standing)
  if (card === null || why === null) return
  const isOther = card.storeId !== standing.meta.storeId
  yield finding(
    isOther ? 'other_store' : 'older_than_acknowledged',
    `${where} is not as this data folder remembers it: ${why}`,
  )
}

function* ofMigrations({ meta }: Standing): Generator<Finding> {
  try {
    refuseOther(meta, migrationsOf('postgres'))
  } catch (fault) {
    if (!(fault instanceof ThreadkeepError)) throw fault
    yield finding('altered_schema', fault.message)
  }
}

async function ofSchema({ app }: Everybody): Promise<Finding[]> {
  const differing = (await schemaReport(app)).filter(({ expected, found }) => expected !== found)
  return differing
    .slice(0, faultsMax)
    .map(({ kind, name, expected, found }) =>
      finding(
        'altered_schema',
        `The ${kind} ${name} is ${found ?? 'not there'}; expected: ${expected ?? 'none'}.`,
      ),
    )
}

/** A card that cannot be read is told by whoever opens the folder. */
function cardIn(folder: string): PostgresCard | null {
  try {
    return readPostgresCard(folder)
  } catch (fault) {
    if (fault instanceof ThreadkeepError) return null
    throw fault
  }
}

const nothingThere = (where: string) =>
  new ThreadkeepError(
    'store_refused',
    `${where} holds no Threadkeep, and this data folder remembers one there.`,
    'Point THREADKEEP_STORE to the right database, or restore a backup of it: docs/postgres.md.',
  )
