// The line between a house and its server, which a test can let fall silent, cut, and mend.
import { once } from 'node:events'
import net from 'node:net'

export interface Line extends AsyncDisposable {
  /** The same server by way of this line. */
  through(url: string): string
  /** What the house says still arrives; it hears nothing any more. */
  silence(): void
  /** Everybody is disconnected; who calls again is heard and answered. */
  cut(): void
}

export async function lineTo(serverUrl: string): Promise<Line> {
  const { hostname, port } = new URL(serverUrl)
  const calls = new Set<[near: net.Socket, far: net.Socket]>()
  const listener = net.createServer((near) => {
    const far = net.connect(Number(port), hostname)
    calls.add([near, far])
    near.pipe(far).pipe(near)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
  })
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const cut = () => {
    for (const [near, far] of calls) {
      near.destroy()
      far.destroy()
    }
    calls.clear()
  }
  return {
    through: (url) => {
      const by = new URL(url)
      by.port = String((listener.address() as net.AddressInfo).port)
      return by.href
    },
    silence: () => {
      for (const [near, far] of calls) far.unpipe(near).resume()
    },
    cut,
    [Symbol.asyncDispose]: async () => {
      cut()
      listener.close()
      await once(listener, 'close')
    },
  }
}
