// A node is killed in the middle of an answer: another node ends it in time, with its words, and tells those who follow it.
import { expect, it } from 'vitest'
import { usualPace } from '../../src/chat/pace.ts'
import { wordsOf } from '../http/events.ts'
import { shareOf } from '../long.ts'
import { MortalNode } from './mortal-nodes.ts'
import { hasty } from './neighbours.ts'
import { migratedDatabase } from './whole-house.ts'

const paces = [
  ['in haste', hasty, 6],
  ['as it is in earnest', usualPace, 30],
] as const

it.each(shareOf(paces, 1))(
  '%s',
  async (how, pace, withinS) => {
    await using database = await migratedDatabase()
    await using owner = await new MortalNode(database, { pace }).start()
    await using other = await new MortalNode(database, { pace }).start()
    const threadId = await owner.as('ann').thread()
    const stream = await owner.as('ann').stream(`/v1/threads/${threadId}/messages`, { text: 'count to 9000' })
    const { data } = await stream.until('message.kept')
    const run = `/v1/threads/${threadId}/runs/${String(data['runId'])}`
    const followed = other
      .as('ann')
      .stream(`${run}/events`)
      .then((events) => events.all())
    let heard = ''
    for await (const event of stream) if ((heard += wordsOf([event])).includes('250 ')) break
    await owner.end('SIGKILL')
    const killedAt = performance.now()
    const events = await followed
    const s = (performance.now() - killedAt) / 1_000
    console.log(`${how}: ended by the other node ${s.toFixed(1)} s after the kill`)
    expect(s).toBeLessThan(withinS)
    expect(events.slice(-2)).toMatchObject([{ event: 'run.ended', data: { status: 'interrupted' } }, { event: 'message.finished' }]) // prettier-ignore
    const [, reply] = await other.as('ann').messages(threadId)
    expect(reply).toMatchObject({ status: 'interrupted', text: wordsOf(events) })
    const text = String(reply?.['text'])
    expect(heard.startsWith(text.slice(0, heard.length))).toBe(true)
    // A word each 10 ms: what was heard more than a second before the kill is there.
    expect(text).toContain('100 ')
  },
  60_000,
)
