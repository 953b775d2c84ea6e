// A streamed turn: asked with its run, three batches of the answer's log, and its end; five commits, one after the other.

import { must } from '../src/core/assert.ts'
import type { Change } from '../src/core/change.ts'
import { type CanonicalJson, ownJson } from '../src/core/json.ts'
import type { SqliteStore } from '../src/store/sqlite/open.ts'
import { talkingWorld } from './append.ts'
import { Crowd } from './crowd.ts'
import type { RawTurnStep } from './raw-turn.ts'
import { RawWriter } from './raw.ts'
import { ratios, takeTurns } from './rounds.ts'
import type { Row } from './row.ts'
import { expectKept, type Keys, newId, openStore, type Pair, speaker, usage } from './world.ts'

type Turn = Pair & { runId: string; log: { position: number; events: CanonicalJson }[] }

export const turn: Row = async ({ folder, rounds, quick }) => {
  const howMany = quick ? 1_500 : 3_000
  const world = await talkingWorld(folder)
  const turns = () => world.pairs(howMany).map(turnOf)
  await using store = await openStore(world.ours)
  await using raw = new RawWriter<RawTurnStep>(world.rawFile, 'turn')
  const crowds = { ours: new Crowd(64), raw: new Crowd(64) }
  const [ours = [], bare = []] = await takeTurns(
    [
      crowds.ours.way(turns, streamed(store)),
      crowds.raw.way(
        () => turns().map((turn) => ({ turn, keys: world.keys(turn.place) })),
        ({ turn, keys }) => rawStreamed(raw, turn, keys),
      ),
    ],
    rounds,
  )
  return [
    {
      what: 'a streamed turn (5 commits), 64 writers',
      ours: crowds.ours.told(ours, 'turns'),
      raw: crowds.raw.told(bare, 'turns'),
      judged: ratios(ours, bare),
      unit: 'x',
      better: 'more',
      bounds: { floor: 0.7, aim: 0.9 },
    },
  ]
}

function turnOf(pair: Pair): Turn {
  const third = Math.ceil(pair.reply.length / 3)
  const log = [0, 1, 2].map((i) => ({
    position: Math.min(third * (i + 1), pair.reply.length),
    events: ownJson([{ type: 'text', delta: pair.reply.slice(third * i, third * (i + 1)) }]),
  }))
  return { ...pair, runId: newId(), log }
}

const streamed = (store: SqliteStore) => async (turn: Turn) => {
  const { place, at, saidId, replyId, runId, said, reply } = turn
  const { user, threadId } = place
  const keep = async (changes: Change[]) => expectKept(await store.commit({ user, at, changes }))
  await keep([
    { kind: 'message.said', threadId, id: saidId, role: 'user', text: said },
    {
      kind: 'run.started',
      threadId,
      messageId: saidId,
      runId,
      attempt: 'first',
      replyId,
      ...speaker,
      owner: 'node-1',
      leaseMs: 30_000,
    },
  ])
  for (const [ordinal, batch] of turn.log.entries())
    await keep([
      { kind: 'run.progressed', runId, epoch: 1, ordinal, position: batch.position, events: batch.events },
    ])
  await keep([{ kind: 'run.ended', runId, epoch: 1, status: 'complete', text: reply, usage }])
}

async function rawStreamed(raw: RawWriter<RawTurnStep>, turn: Turn, { user, thread }: Keys): Promise<void> {
  const { at, saidId, replyId, runId, said, reply } = turn
  const run = await raw.write({ step: 'asked', user, thread, at, saidId, said, replyId, runId })
  for (const ordinal of turn.log.keys()) {
    const { position, events } = must(turn.log[ordinal], 'a batch')
    await raw.write({ step: 'went on', user, run, ordinal, position, events })
  }
  await raw.write({ step: 'ended', user, thread, at, run, reply, usage })
}
