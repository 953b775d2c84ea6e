// A Hono app of your own with a Threadkeep under /keep.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { threadkeep } from 'threadkeep'

const keep = await threadkeep()
const app = new Hono()

app.get('/', (c) => c.text('My app. The house is at /keep/healthz'))
app.mount('/keep', (request, env: object) => keep.fetch(request, env)) // `env` tells from which address somebody calls

const server = serve({ fetch: app.fetch, port: Number(process.env['PORT'] ?? 3000) }, (at) =>
  process.stdout.write(`listening on ${JSON.stringify(at)}\n`),
)
process.once('SIGTERM', () => {
  server.close()
  void keep.close()
})
