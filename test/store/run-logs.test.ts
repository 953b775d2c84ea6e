// The logs of runs that ended long ago are dropped, however many they are: their messages hold the words.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { must } from '../../src/core/assert.ts'
import { keptOrThrow } from '../../src/core/receipt.ts'
import { openSqlite } from '../../src/store/sqlite/open.ts'
import { asked, created, ended, progressed } from './commits.ts'

it('are all dropped in one round, and those of a run under way are kept', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'threadkeep-run-logs-'))
  await using store = await openSqlite({ file: join(folder, 'threadkeep.db'), folder, ephemeral: true })
  const keep = async (...changes: Parameters<typeof store.commit>[0]['changes']) =>
    keptOrThrow(await store.commit({ user: 'ann', at: 1_000, changes }))
  await keep(created('t'))
  const runs = await Promise.all(
    Array.from({ length: 230 }, async (_, n) => {
      const run = must((await keep(...asked('t', `${n}`))).run, 'asked for an answer')
      await keep(progressed(run, 0))
      return run
    }),
  )
  const [open, ...over] = runs
  for (const run of over) await keep(ended(run, 'so far'))
  const logged = async () => {
    const logs = await Promise.all(runs.map(({ runId }) => store.runEvents('ann', runId, -1)))
    return runs.filter((_, n) => must(logs[n], 'asked for').length > 0).map(({ runId }) => runId)
  }
  expect(await logged()).toHaveLength(230)
  await store.upkeep.dropRunLogs(2_000)
  await expect.poll(logged).toEqual([must(open, 'made').runId])
  rmSync(folder, { recursive: true, force: true })
})
