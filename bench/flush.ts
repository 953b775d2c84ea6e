// A disk whose flush takes a millisecond longer: a shim in C before fsync and fdatasync, for child processes.

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const source = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int later(const char *name, int fd) {
  struct timespec delay = {0, 1000000};
  nanosleep(&delay, 0);
  return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
}

int fsync(int fd) { return later("fsync", fd); }
int fdatasync(int fd) { return later("fdatasync", fd); }
`

export type SlowFlush = { env: NodeJS.ProcessEnv } | { absent: string }

/** The environment in which a child's flushes are slow, or why there is none. */
export function slowFlush(folder: string): SlowFlush {
  if (process.platform !== 'linux') return { absent: 'the shim is for Linux' }
  mkdirSync(folder, { recursive: true })
  const [written, built] = [join(folder, 'flush.c'), join(folder, 'flush.so')]
  writeFileSync(written, source)
  const compiled = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-o', built, written, '-ldl'], {
    encoding: 'utf8',
  })
  if (compiled.error) return { absent: 'there is no C compiler here' }
  if (compiled.status !== 0) return { absent: `the shim did not compile: ${compiled.stderr.slice(0, 200)}` }
  return { env: { ...process.env, LD_PRELOAD: built } }
}
