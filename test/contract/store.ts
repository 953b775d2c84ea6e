// The whole contract of a store: every suite, in the order in which one would want to know.
import { describe } from 'vitest'
import { acknowledgementContract } from './acknowledgement.ts'
import { branchesContract } from './branches.ts'
import { deletionContract } from './deletion.ts'
import { groupContract } from './group.ts'
import { integrityContract } from './integrity.ts'
import { onceContract } from './once.ts'
import { orderContract } from './order.ts'
import { ownersContract } from './owners.ts'
import { pagesContract } from './pages.ts'
import { placesContract } from './places.ts'
import { referencesContract } from './references.ts'
import { runsContract } from './runs.ts'
import { textContract } from './text.ts'
import { threadsContract } from './threads.ts'
import type { Engine } from './world.ts'

const suites = {
  acknowledgement: acknowledgementContract,
  once: onceContract,
  order: orderContract,
  branches: branchesContract,
  group: groupContract,
  runs: runsContract,
  deletion: deletionContract,
  threads: threadsContract,
  references: referencesContract,
  places: placesContract,
  pages: pagesContract,
  integrity: integrityContract,
  text: textContract,
  owners: ownersContract,
}

export function storeContract(engine: Engine): void {
  describe.each(Object.entries(suites))('%s', (_, suite) => {
    suite(engine)
  })
}
