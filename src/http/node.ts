// The doors as a Node handler: for a server of its own, below a path of an Express app, and after somebody else has read the body.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'

export type NodeHandler = (req: IncomingMessage, res: ServerResponse) => void

/** What Express and its like put on a request. */
type Handed = IncomingMessage & { body?: unknown; rawBody?: Buffer }

type Fetch = (request: Request, env: object) => Response | Promise<Response>

/**
 * Express takes off the path under which a handler is mounted. Where nothing does, `basePath` says what to take off; a path
 * outside of it is left as it is and finds no door.
 */
export function nodeHandler(fetch: Fetch, { basePath = '' }: { basePath?: string } = {}): NodeHandler {
  const listen = getRequestListener(fetch, { overrideGlobalObjects: false })
  return (req: Handed, res) => {
    if (req.readableEnded || req.readableDidRead) giveBodyBack(req)
    if (basePath !== '' && req.url?.startsWith(`${basePath}/`)) req.url = req.url.slice(basePath.length)
    void listen(req, res)
  }
}

/** The adapter reads `rawBody` in place of a stream that somebody has emptied before. */
function giveBodyBack(req: Handed): void {
  if (req.rawBody instanceof Buffer || req.body === undefined) return
  req.rawBody = bytesOf(req.body)
  // What stands there now is plain and as long as it is.
  delete req.headers['content-encoding']
  req.headers['content-length'] = String(req.rawBody.length)
}

function bytesOf(body: unknown): Buffer {
  if (body instanceof Buffer) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
