// Faults that stores of conversations have had, put into a copy of the tree: the simulator has to catch each.
import { AlteredTree, type Edit } from './altered-tree.ts'
import { type SimulationFigures, simulations } from './simulations.ts'

const writer = 'src/store/sqlite/writer.ts'
const said = 'src/store/plan/plan-said.ts'
const run = 'src/store/plan/plan-run.ts'

export const mutants: Record<string, Edit[]> = {
  'the epoch is not compared': [
    {
      file: run,
      from: "if (run.status === runStatusCode('running') && run.epoch === change.epoch) {",
      to: "if (run.status === runStatusCode('running')) {",
    },
  ],
  'a run that is over is written to': [
    {
      file: run,
      from: "if (run.status === runStatusCode('running') && run.epoch === change.epoch) {",
      to: 'if (run.epoch === change.epoch) {',
    },
  ],
  'acknowledged before the commit': [
    {
      file: writer,
      from: '    this.#at.put.begin.run()\n',
      to: '    if (this.#at.db.isTransaction) this.#at.put.commit.run()\n    this.#at.put.begin.run()\n',
    },
    {
      file: writer,
      from: '    this.#at.put.commit.run()\n    this.#at.commitNumber += 1\n',
      to: '    this.#at.commitNumber += 1\n',
    },
  ],
  'doubles known from memory alone': [
    {
      file: 'src/store/migrations/0001-conversations.sqlite.sql',
      from: 'CREATE UNIQUE INDEX messages_id',
      to: 'CREATE INDEX messages_id',
    },
    {
      file: 'src/store/sqlite/statements.ts',
      from: '`${insertMessage} ON CONFLICT (user, thread, id) DO NOTHING`',
      to: 'insertMessage',
    },
    {
      file: said,
      from: "  if (mood === 'careful' && thread.lastSeq > 0) {\n",
      to: '  if (isRemembered(ask, `${draft.user.id} ${thread.id} ${change.id}`)) {\n',
    },
    {
      file: said,
      from: 'type Place = {',
      to: 'const memories = new WeakMap<Ask, Set<string>>()\nfunction isRemembered(ask: Ask, name: string): boolean {\n  const memory = memories.get(ask) ?? new Set()\n  memories.set(ask, memory)\n  return memory.has(name) || !memory.add(name)\n}\n\ntype Place = {',
    },
  ],
  'the spool acknowledges before it flushes': [
    {
      file: 'src/store/spool/journal.ts',
      from: '        await writeWhole(this.#handle, content, this.#end)\n        await this.#handle.sync()\n',
      to: '        await writeWhole(this.#handle, content, this.#end)\n',
    },
  ],
}

export async function simulateMutant(name: string, seeds: number, from: number): Promise<SimulationFigures> {
  using tree = new AlteredTree(mutants[name] ?? [])
  return await simulations({ seeds, from, script: tree.script })
}
