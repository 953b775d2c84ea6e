// Another program that holds a file of ours. It has to be another process: this one's locks on a file go away when any of its handles is closed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const program = `
  const { DatabaseSync } = require('node:sqlite')
  const db = new DatabaseSync(process.argv[1], { timeout: 5000 })
  db.exec(process.argv[2])
  console.log('held')
  setInterval(() => {}, 1000)`

/** So that nobody else can even read it. */
export const wholly = 'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE'

export async function heldByAnother(file: string, sql: string): Promise<AsyncDisposable> {
  const holder = spawn(process.execPath, ['-e', program, file, sql], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(holder, 'exit')
  await once(holder.stdout, 'data')
  return {
    [Symbol.asyncDispose]: async () => {
      holder.kill()
      await gone
    },
  }
}
