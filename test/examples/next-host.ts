// Does with a route file what Next does: finds the export that is called like the method, and hands it the whole request.

import { createServer } from 'node:http'
import { pathToFileURL } from 'node:url'
import { getRequestListener } from '@hono/node-server'

type Handler = (request: Request) => Promise<Response>

const [, , file = ''] = process.argv
const route = (await import(pathToFileURL(file).href)) as Record<string, Handler | undefined>
const listener = getRequestListener(async (request) => {
  const handler = new URL(request.url).pathname.startsWith('/keep/') ? route[request.method] : undefined
  return handler ? handler(request) : new Response('My app.', { status: handler ? 200 : 404 })
})

const server = createServer((request, response) => void listener(request, response))
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening on ${JSON.stringify(server.address())}\n`),
)
process.once('SIGTERM', () => process.exit(0))
