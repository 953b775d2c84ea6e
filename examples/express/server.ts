// An Express app of your own with a Threadkeep under /keep, also behind the middleware that every app has.
import express from 'express'
import { threadkeep } from 'threadkeep'

const keep = await threadkeep()
const app = express()

app.use(express.json()) // may eat the bodies before they come to the house: it takes them as they are then
app.get('/', (_, response) => void response.send('My app. The house is at /keep/healthz'))
app.use('/keep', (request, response) => keep.node(request, response))

const server = app.listen(Number(process.env['PORT'] ?? 3000), () =>
  process.stdout.write(`listening on ${JSON.stringify(server.address())}\n`),
)
process.once('SIGTERM', () => {
  server.close()
  void keep.close() // answers under way may end, and everything that was acknowledged is on disk
})
