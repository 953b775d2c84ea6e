// Cuts the lines of people who are reading an answer, each at a random byte of what the house sends, and looks at what became of the answers.
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { greeting } from '../fake-provider/answer.ts'
import { FakeProvider } from '../fake-provider/fake-provider.ts'
import { randomFrom } from '../random.ts'
import { Home } from './home.ts'
import { StreamHouse } from './stream-house.ts'
import { type Asker, newAsker, type Seen, StreamReader } from './stream-reader.ts'

export type DisconnectFigures = {
  cuts: number
  /** Cut before the answer had been sent whole. */
  midway: number
  /** Answers that equal the provider's text byte for byte. */
  whole: number
  faults: string[]
}

const pieces = Array.from({ length: 200 }, (_, n) => `${n} žlutá růže 🌹 `)
const text = pieces.join('')
/** About what a whole answer takes as events. */
const bodyBytes = 8_000
const atOnce = 50

export async function disconnects(cuts: number, seed: number): Promise<DisconnectFigures> {
  const random = randomFrom(seed)
  await using provider = await new FakeProvider().listen()
  provider.answer = { ...greeting, text: pieces }
  using home = new Home()
  await using house = await StreamHouse.open(home.folder, provider.url)
  const asker = await newAsker(house)
  const figures: DisconnectFigures = { cuts: 0, midway: 0, whole: 0, faults: [] }
  for (let n = 0; n < cuts; n += atOnce) {
    const lines = Array.from({ length: Math.min(atOnce, cuts - n) }, (_, line) => n + line)
    const cutAt = lines.map(() => ({ bytes: random.int(bodyBytes), rudely: random.chance(0.5) }))
    await Promise.all(lines.map((line, i) => readAndLeave(house, asker, line, cutAt[i], figures)))
  }
  for (let n = 0; n < cuts; n++) await look(house, asker, n, figures)
  return figures
}

type Cut = { bytes: number; rudely: boolean } | undefined

async function readAndLeave(
  { url }: StreamHouse,
  { token }: Asker,
  n: number,
  cut: Cut,
  figures: DisconnectFigures,
): Promise<void> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const body = JSON.stringify({
    id: `m${n}`,
    text: 'Roses? fault(slow everyMs=2)',
    thread: { title: 'A thread' },
  })
  socket.write(
    [
      `POST /v1/threads/t${n}/messages HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `Authorization: Bearer ${token}`,
      'Accept: text/event-stream',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
  const read = await upTo(socket, cut?.bytes ?? 0)
  figures.cuts++
  if (!read.includes('event: message.finished')) figures.midway++
  if (cut?.rudely) socket.resetAndDestroy()
  else socket.destroy()
}

/** What had come when that many bytes of the body were there, or all, if it is shorter. */
async function upTo(socket: Socket, bytes: number): Promise<string> {
  let read = Buffer.alloc(0)
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    read = Buffer.concat([read, chunk as Buffer])
    const start = read.indexOf('\r\n\r\n')
    if (start >= 0 && (read.length - start - 4 >= bytes || read.includes('event: message.finished'))) break
  }
  return read.toString()
}

async function look(house: StreamHouse, asker: Asker, n: number, figures: DisconnectFigures): Promise<void> {
  const reader = new StreamReader(asker, `t${n}`, `m${n}`, '')
  let reply: Seen | undefined
  for (let looks = 0; looks < 200; looks++) {
    reply = (await reader.messages(house))[1]
    if (reply && reply.status !== 'pending') break
    await wait(25)
  }
  if (reply?.status === 'complete' && reply.text === text) figures.whole++
  else figures.faults.push(`t${n} is ${reply?.status ?? 'not there'}`)
}
