// What a reader has of an answer equals what was said, however often its pieces are sent again, cut elsewhere or taken back.
import { describe, expect, it } from 'vitest'
import { Transcript } from '../../src/client/transcript.ts'
import type { Message } from '../../src/client/client.ts'
import {
  positionFrom,
  positionText,
  type RunEntry,
  RunLog,
  type RunPosition,
} from '../../src/core/run-log.ts'
import { type Random, randomFrom, seeds } from '../random.ts'

const words = ['a', 'ž', '€', '🌹', 'word ', '']

/** Parts come one after the other, as they do in an answer. */
function anAnswer({ int, pick, chance }: Random): RunEntry[] {
  let part = 0
  let isBegun = false
  return Array.from({ length: 1 + int(25) }, (_, i): RunEntry => {
    if (isBegun && chance(0.3)) part++
    isBegun = true
    const value = { type: 'source', url: `https://a.example/${i}` }
    if (part % 3 === 2) return { type: 'part', part: ((isBegun = false), part++), value }
    return { type: 'delta', part, kind: part % 3 === 0 ? 'text' : 'reasoning', text: pick(words) }
  })
}

/** Entries from a position on, each with the position after it. */
function fromPosition(log: RunLog, from: RunPosition): [RunEntry, RunPosition][] {
  const said = new RunLog(from.epoch)
  return log.after(from).map((entry) => {
    said.append(entry)
    const { bytes, pieces } = said.position
    return [entry, { ...from, bytes: from.bytes + bytes, pieces: from.pieces + pieces }]
  })
}

const solid = (log: RunLog) => log.parts().filter((part) => !('text' in part) || part.text !== '')

describe('a transcript', () => {
  it.each(seeds(200))(
    'is the answer, after any connections that began anywhere before its end (seed %i)',
    (seed) => {
      const random = randomFrom(seed)
      const entries = anAnswer(random)
      const log = new RunLog(1, entries)
      const transcript = new Transcript()
      const stops = [...entries.keys()].map((i) => new RunLog(1, entries.slice(0, i)).position)
      for (let connection = 0; connection < 30; connection++) {
        const mine = positionFrom(transcript.position ?? '1.0.0')
        const said = fromPosition(log, random.pick(stops))
        for (const [entry, after] of said.slice(0, random.int(said.length + 1)))
          if (transcript.take(entry, after) === 'gap') break
        if (mine && random.chance(0.1)) transcript.rewind(random.pick(stops))
      }
      for (const [entry, after] of fromPosition(
        log,
        positionFrom(transcript.position ?? '') ?? { epoch: 1, bytes: 0, pieces: 0 },
      ))
        // prettier-ignore
        expect(transcript.take(entry, after)).not.toBe('gap')
      const parts = transcript.parts.filter((part) => !('text' in part) || part.text !== '')
      expect(parts).toEqual(solid(log))
      expect(transcript.position).toBe(positionText(log.position))
    },
  )

  it('takes only the tail of what it has in part', () => {
    const transcript = new Transcript()
    const at = (bytes: number) => ({ epoch: 1, bytes, pieces: 0 })
    const delta = (text: string): RunEntry => ({ type: 'delta', part: 0, kind: 'text', text })
    expect(transcript.take(delta('ab€'), at(5))).toEqual(delta('ab€'))
    expect(transcript.take(delta('€🌹c'), at(10))).toEqual(delta('🌹c'))
    expect(transcript.take(delta('c'), at(10))).toBeNull()
    expect(transcript.take(delta('e'), at(12))).toBe('gap')
    expect(transcript.text).toBe('ab€🌹c')
  })

  it('goes back no further than it was told, and never forward', () => {
    const transcript = new Transcript()
    transcript.take(
      { type: 'delta', part: 0, kind: 'text', text: 'roses' },
      { epoch: 1, bytes: 5, pieces: 0 },
    )
    transcript.rewind({ epoch: 2, bytes: 9, pieces: 0 })
    expect([transcript.text, transcript.position]).toEqual(['roses', '1.5.0'])
    transcript.rewind({ epoch: 2, bytes: 3, pieces: 0 })
    expect([transcript.text, transcript.position]).toEqual(['ros', '2.3.0'])
  })

  it('that begins in the middle has what came since', () => {
    const transcript = new Transcript({ after: '1.100.2' })
    const delta = (text: string): RunEntry => ({ type: 'delta', part: 3, kind: 'text', text })
    transcript.take(delta('end'), { epoch: 1, bytes: 103, pieces: 2 })
    expect([transcript.text, transcript.parts.length]).toEqual(['end', 1])
    transcript.rewind({ epoch: 1, bytes: 50, pieces: 1 })
    expect([transcript.text, transcript.position]).toEqual(['', '1.50.1'])
  })

  it('that takes over a pending message goes on in its last part', () => {
    const message = { text: 'Yes, ro', runPosition: '1.7.0' } as Message
    const transcript = new Transcript({ message })
    transcript.take({ type: 'delta', part: 0, kind: 'text', text: 'ses' }, { epoch: 1, bytes: 10, pieces: 0 })
    expect(transcript.text).toBe('Yes, roses')
  })
})
