// Ends a server whose test process is gone, whichever way it went, and takes the server's folder with it.
import { spawn } from 'node:child_process'

// Waiting for a line from us is all it does; when we die without a word the pipe ends instead.
const script = `
trap '' INT TERM HUP
read -r word && exit 0
kill -QUIT "$1"
tries=0
while kill -0 "$1" && [ $tries -lt 30 ]; do sleep 0.1; tries=$((tries + 1)); done
kill -KILL "$1"
[ -z "$2" ] || rm -rf "$2"
`

/** Returns what to call once the server has ended in good order. The folder is removed only if one is named. */
export function watchOver(pid: number, folder: string | undefined): () => void {
  // Detached, because a signal that ends a whole group of processes must not end the one that clears up.
  const watcher = spawn('/bin/sh', ['-c', script, 'watcher', String(pid), folder ?? ''], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.unref()
  // An unreferenced pipe: a forgotten server must not keep a finished test process alive.
  const pipe = watcher.stdin as typeof watcher.stdin & { unref(): void }
  pipe.unref()
  return () => pipe.end('ended\n')
}
