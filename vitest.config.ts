// Where tests run: most share a few threads, those that kill processes or drive a browser come one at a time.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/crash/**', 'test/e2e/**', 'test/postgres/**'],
          pool: 'threads',
          // Starting every file in a thread of its own costs four times what the tests cost.
          isolate: false,
          // Some wait for a clock, and would keep the processor idle.
          maxWorkers: 3,
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'postgres',
          include: ['test/postgres/**/*.test.ts'],
          // One server for them all; each file has databases of its own on it.
          globalSetup: 'test/postgres/setup.ts',
          pool: 'threads',
          isolate: false,
          // They wait for a server, for leases and for each other most of the time.
          maxWorkers: 4,
          expect: { poll: { timeout: 15_000 } },
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'crash',
          include: ['test/crash/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/e2e/setup.ts',
          pool: 'forks',
          // A page on a busy machine takes its time; a test that waits for it should too.
          expect: { poll: { timeout: 10_000 } },
          // Much of a page's time is waiting; more than two of them at once would wait for the processor.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
