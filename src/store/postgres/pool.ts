// The connections of this node: few, waited for a bounded time, and thrown away rather than given back when anything was wrong.

export type Sql = { name: string; text: string }
export type Cell = string | number | boolean | null | Buffer

/** One connection inside one transaction. Statements are sent without waiting for the ones before them. */
export interface Session {
  /** Rows as arrays, in the order of the columns; int8 as number, bytea as Buffer. */
  rows(sql: Sql, ...values: readonly unknown[]): Promise<Cell[][]>
}

export interface Pool extends AsyncDisposable {
  /** One snapshot, in which only this user's rows are there, and nothing can be written. */
  read<T>(user: string, work: (session: Session) => Promise<T>): Promise<T>
}
