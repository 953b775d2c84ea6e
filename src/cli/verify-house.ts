// A house in a process of its own, with the demo voice, to be killed: says where it is, and closes when whoever began it lets go.

import { threadkeep, ThreadkeepError } from '../server.ts'

const [data = ''] = process.argv.slice(2)
const address = { host: '127.0.0.1', port: '0' }

try {
  const keep = await threadkeep({ data, store: `sqlite:${data}/threadkeep.db`, model: 'demo', ...address })
  process.once('disconnect', () => void keep.close())
  // Whoever began it may have left before it could say so.
  process.send?.(await keep.listen(), (lost: Error | null) => lost && void keep.close())
} catch (fault) {
  const refused = fault instanceof ThreadkeepError ? `${fault.message} ${fault.hint}` : String(fault)
  process.exitCode = 1
  process.send?.({ refused }, () => process.connected && process.disconnect?.())
}
