// The contract of a store that remembers recent threads: the same suites, those first in which a memory could be wrong.
import { describe } from 'vitest'
import { shareOf } from '../long.ts'
import { acknowledgementContract } from './acknowledgement.ts'
import { branchesContract } from './branches.ts'
import { deletionContract } from './deletion.ts'
import { groupContract } from './group.ts'
import { integrityContract } from './integrity.ts'
import { onceContract } from './once.ts'
import { orderContract } from './order.ts'
import { ownersContract } from './owners.ts'
import { pagesContract } from './pages.ts'
import { referencesContract } from './references.ts'
import { runsContract } from './runs.ts'
import { textContract } from './text.ts'
import { threadsContract } from './threads.ts'
import type { Engine } from './world.ts'

const suites = [
  ['deletion', deletionContract],
  ['threads', threadsContract],
  ['runs', runsContract],
  ['branches', branchesContract],
  ['pages', pagesContract],
  ['owners', ownersContract],
  ['order', orderContract],
  ['once', onceContract],
  ['group', groupContract],
  ['acknowledgement', acknowledgementContract],
  ['references', referencesContract],
  ['integrity', integrityContract],
  ['text', textContract],
] as const

/** Of which npm test has a share. */
export function recentContract(engine: Engine, share = 3): void {
  describe.each(shareOf(suites, share))('%s', (_, suite) => {
    suite(engine)
  })
}
