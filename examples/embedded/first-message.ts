// A program with a Threadkeep inside: no port, no server, and everything it said is there the next time.
import { threadkeep } from 'threadkeep'
import { createClient, ThreadkeepError } from 'threadkeep/client'

await using keep = await threadkeep()
const inside = { url: 'http://keep', fetch: (request: Request) => keep.fetch(request) }

const { token } = await createClient(inside).guest()
const client = createClient({ ...inside, token: token ?? null })

const thread = await client.threads.create({ title: 'The garden' })
const answer = client.send(thread.id, { text: 'I planted yellow roses by the wall.' })

const { receipt } = await answer.kept
process.stdout.write(`kept: ${receipt.durability}, number ${receipt.seq}\n`)
for await (const event of answer) if (event.type === 'run.delta') process.stdout.write(event.text)
process.stdout.write(`\n${(await answer.finished).status}\n`)

try {
  await client.threads.get('not-there')
} catch (error) {
  if (!(error instanceof ThreadkeepError)) throw error
  process.stdout.write(`${error.code}: ${error.message} ${error.hint}\n`)
}
