// Hears every statement that the stores of this process send to a PostgreSQL, as it is sent and as it is answered.
import { Client } from 'pg'

export type Statement = { client: Client; name: string; text: string; values: readonly unknown[] }
export type Answer = Promise<{ rows: unknown[][] }>

type Sent = { name?: string; text: string; values?: readonly unknown[] }

/** Until it is disposed of. `instead` may have something else sent. */
export function hear(
  heard: (statement: Statement, answer: Answer) => void,
  instead: (statement: Statement) => Sent | null = () => null,
): Disposable {
  // oxlint-disable-next-line typescript/unbound-method -- it is given its client again below
  const real = Client.prototype.query
  const listening = function (this: Client, sent: Sent | string, ...rest: unknown[]): unknown {
    if (typeof sent === 'string') return Reflect.apply(real, this, [sent, ...rest])
    const { name = '', text, values = [] } = sent
    const statement = { client: this, name, text, values }
    const answer: unknown = Reflect.apply(real, this, [instead(statement) ?? sent, ...rest])
    heard(statement, answer as Answer)
    return answer
  }
  Client.prototype.query = listening as typeof real
  return {
    [Symbol.dispose]: () => {
      Client.prototype.query = real
    },
  }
}
