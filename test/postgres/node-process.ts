// One node as a process of its own, to be killed or asked to go: told in its one argument where its store is, it says where it listens.
// Its model counts as far as it is asked to, a word every so many ms.
import { setTimeout as wait } from 'node:timers/promises'
import type { Pace } from '../../src/chat/pace.ts'
import { must } from '../../src/core/assert.ts'
import type { Model } from '../../src/core/model.ts'
import { end } from '../../src/model/scripted.ts'
import { type Embedding, threadkeep } from '../../src/server.ts'
import { whoIsIt } from './who-is-it.ts'

export type NodeSettings = Pick<Embedding, 'store' | 'storeUpkeep' | 'data' | 'port'> & {
  pace: Pace
  wordMs: number
}

const { wordMs, ...settings } = JSON.parse(must(process.argv[2], 'it is told where')) as NodeSettings

const counting: Model = {
  provider: 'counting',
  name: 'counting',
  async *stream({ messages, signal }) {
    const [, words = '3'] = /count to (\d+)/.exec(JSON.stringify(messages.at(-1))) ?? []
    for (let n = 1; n <= Number(words); n++) {
      await wait(wordMs, undefined, { signal })
      yield { type: 'text', text: `${n} ` }
    }
    yield end()
  },
}

const keep = await threadkeep({ ...settings, model: counting, authenticate: whoIsIt })
process.once('SIGTERM', () => void keep.close().then(() => process.exit(0)))
console.log((await keep.listen()).url)
