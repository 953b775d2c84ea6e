// What could not be replayed is put here, beside the journal, with the reason: nothing that was acknowledged is thrown away unseen.

import { open } from 'node:fs/promises'

export class Quarantine {
  readonly file: string
  #count = 0

  constructor(file: string) {
    this.file = file
  }

  /** Since this node was started. */
  get count(): number {
    return this.#count
  }

  /** One line a piece, flushed when it resolves. */
  async put(pieces: readonly { why: string; [more: string]: unknown }[]): Promise<void> {
    const at = new Date().toISOString()
    const lines = pieces.map((piece) => `${JSON.stringify({ at, ...piece })}\n`)
    const handle = await open(this.file, 'a', 0o600)
    try {
      await handle.appendFile(lines.join(''))
      await handle.sync()
    } finally {
      await handle.close()
    }
    this.#count += pieces.length
  }
}
