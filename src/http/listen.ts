// Takes a host and a port for the doors, or says why not and what to do.

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ThreadkeepError } from '../core/errors.ts'

/** Where it listens, as a link. */
export function listening(server: Server, { host, port }: { host: string; port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (fault: NodeJS.ErrnoException) => reject(notListening(fault, host, port)))
    server.listen(port, host, () => {
      const at = server.address() as AddressInfo
      resolve(`http://${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`)
    })
  })
}

function notListening(fault: NodeJS.ErrnoException, host: string, port: number): ThreadkeepError {
  const why = fault.code === 'EADDRINUSE' ? 'another program listens there' : fault.message
  return new ThreadkeepError(
    'config',
    `Cannot listen on ${host}:${port}: ${why}.`,
    'Choose another with HOST and PORT.',
    undefined,
    fault,
  )
}
