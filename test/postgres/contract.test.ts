// PostgreSQL keeps the whole contract: the same suites as SQLite, each on a database of its own.
import { describe } from 'vitest'
import { storeContract } from '../contract/store.ts'
import { postgres } from './house.ts'

describe('PostgreSQL', () => {
  storeContract(postgres)
})
