// A line that now and then cuts in the very moment in which an answer comes: what was asked for was done, and nobody hears of it.
import { once } from 'node:events'
import net from 'node:net'
import type { Random } from '../random.ts'

export class CuttingLine implements AsyncDisposable {
  readonly #listener: net.Server
  readonly #open = new Set<net.Socket>()
  readonly #random: Random
  readonly #port: number
  /** Of an answer that arrives here, that it goes no further. */
  chance = 0
  cuts = 0

  private constructor(port: number, random: Random) {
    this.#port = port
    this.#random = random
    this.#listener = net.createServer((near) => this.#connect(near))
  }

  static async to(url: string, random: Random): Promise<CuttingLine> {
    const line = new CuttingLine(Number(new URL(url).port), random)
    await once(line.#listener.listen(0, '127.0.0.1'), 'listening')
    return line
  }

  /** The same address by way of this line. */
  through(url: string): string {
    const by = new URL(url)
    by.port = String((this.#listener.address() as net.AddressInfo).port)
    return by.href.replace(/\/$/, '')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    this.#listener.close()
    await once(this.#listener, 'close')
  }

  #connect(near: net.Socket): void {
    const far = net.connect(this.#port, '127.0.0.1')
    const cut = () => [near, far].forEach((socket) => socket.destroy())
    for (const socket of [near, far]) {
      this.#open.add(socket)
      socket.on('error', cut).on('close', () => {
        this.#open.delete(socket)
        cut()
      })
    }
    near.pipe(far)
    far.on('data', (answer) => {
      if (this.#random.chance(this.chance)) {
        this.cuts++
        cut()
      } else near.write(answer)
    })
  }
}
