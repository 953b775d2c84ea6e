// Everybody's rows, one user at a time: the upkeep login says who there is, and the login of the house sees and mends what is theirs in
// their own context. No login sees the words of two people at once.

import { ThreadkeepError } from '../../core/errors.ts'
import { tried } from './address.ts'
import { Pool, type Sql, type Work } from './pool.ts'
import { standingOf } from './standing.ts'
import { lookAsUpkeep } from './upkeep.ts'

export type Logins = { url: string; upkeepUrl: string }

const names: Sql = {
  name: 'everybody',
  text: 'SELECT u.id FROM threadkeep.users u WHERE u.id > $1 ORDER BY u.id LIMIT $2',
}
const namesAtOnce = 500

export class Everybody implements AsyncDisposable {
  readonly app: Pool
  readonly upkeep: Pool

  constructor({ url, upkeepUrl }: Logins, statementMs: number) {
    const options = { connectionsMax: 1, waitMs: 10_000, statementMs }
    this.app = new Pool({ ...options, url })
    this.upkeep = new Pool({ ...options, url: upkeepUrl })
  }

  /** For work by hand: whoever is missing or is the wrong one is told before anything else. */
  static async open(logins: Logins, what: string, statementMs: number): Promise<Everybody> {
    if (logins.upkeepUrl === '') throw nobodySays(what)
    const everybody = new Everybody(logins, statementMs)
    try {
      const house = { setting: 'THREADKEEP_STORE', url: logins.url } as const
      const own = await tried(house, `${what} looking at the store`, () => standingOf(everybody.app))
      const address = { setting: 'THREADKEEP_STORE_UPKEEP', url: logins.upkeepUrl } as const
      await tried(address, `${what} looking for who there is`, () => lookAsUpkeep(everybody.upkeep, own))
      return everybody
    } catch (fault) {
      await everybody[Symbol.asyncDispose]()
      throw fault
    }
  }

  async *users(): AsyncGenerator<string> {
    for (let page = await this.usersAfter('', namesAtOnce); page.length > 0;) {
      yield* page
      page = await this.usersAfter(page.at(-1) ?? '', namesAtOnce)
    }
  }

  async usersAfter(user: string, limit: number): Promise<string[]> {
    const rows = await this.upkeep.all((session) => session.rows(names, user, limit))
    return rows.map(([id]) => String(id))
  }

  /** One snapshot of what is this user's. */
  read<T>(user: string, work: Work<T>): Promise<T> {
    return this.app.read(user, work)
  }

  write<T>(user: string, work: Work<T>): Promise<T> {
    return this.app.write(user, work).then(({ result }) => result)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app[Symbol.asyncDispose]()
    await this.upkeep[Symbol.asyncDispose]()
  }
}

const nobodySays = (what: string) =>
  new ThreadkeepError(
    'config',
    `${what} looks at what every user has, and THREADKEEP_STORE_UPKEEP is not set: no other login may say who the users are.`,
    'Name the third login in THREADKEEP_STORE_UPKEEP: docs/postgres.md. `threadkeep doctor --schema` needs none.',
  )
