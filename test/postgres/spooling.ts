// A house on a server of its own that can go away and come back, and what the spool of a node says of itself.
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Reply, Visitor } from '../http/visitor.ts'
import { type PostgresServer, startPostgres } from './server.ts'
import { type Node } from './whole-house.ts'

export class Outage implements AsyncDisposable {
  readonly #parent: string
  server: PostgresServer

  private constructor(parent: string, server: PostgresServer) {
    this.#parent = parent
    this.server = server
  }

  static async prepare(): Promise<Outage> {
    const parent = mkdtempSync(join(tmpdir(), 'threadkeep-spool-house-'))
    chmodSync(parent, 0o755) // the server is not run by root
    return new Outage(parent, await startPostgres({ dataFolder: join(parent, 'postgres') }))
  }

  begin = (): Promise<void> => this.server.stop()

  async end(): Promise<void> {
    this.server = await startPostgres({ dataFolder: join(this.#parent, 'postgres'), port: this.server.port })
  }

  folder = (name: string): string => join(this.#parent, name)

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop()
    rmSync(this.#parent, { recursive: true, force: true })
  }
}

export const receiptOf = ({ status, body }: Reply): unknown[] => {
  const receipt = body['receipt']
  return [status, receipt?.['durability'], receipt?.['result'], receipt?.['seq']].map(
    (value) => value ?? null,
  )
}

export const spooled = [201, 'spooled', 'kept', null]

export async function gauge({ keep }: Node, name: string): Promise<number> {
  const response = await keep.fetch(new Request('http://house.test/metrics'), {
    incoming: { socket: { remoteAddress: '127.0.0.1' } },
  })
  const [, value] = new RegExp(`^threadkeep_${name} (.+)$`, 'm').exec(await response.text()) ?? []
  return Number(value)
}

/** The spool of this node is empty again. */
export async function replayed(node: Node): Promise<void> {
  await expect.poll(() => gauge(node, 'spool_bytes'), { timeout: 20_000 }).toBe(0)
  expect(await gauge(node, 'spool_records')).toBe(0)
}

export const textsOf = async (visitor: Visitor, threadId: string): Promise<string[]> =>
  (await visitor.messages(threadId, '?branch=all&limit=200')).map(({ text }) => String(text))

export const quarantineOf = (folder: string): { why: string; commit?: unknown }[] =>
  readFileSync(join(folder, 'spool', 'quarantine.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { why: string })
