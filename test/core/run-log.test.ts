// A reader who has any part of a run's log gets exactly the rest, however the words were cut into deltas and pieces.
import { describe, expect, it } from 'vitest'
import { positionFrom, positionText, type RunEntry, RunLog, startOfRun } from '../../src/core/run-log.ts'
import { utf8Bytes } from '../../src/core/text.ts'
import { type Random, randomFrom, seeds } from '../random.ts'

const said = (part: number, text: string, kind: 'text' | 'reasoning' = 'text'): RunEntry => ({
  type: 'delta',
  part,
  kind,
  text,
})
const piece = (part: number, name: string): RunEntry => ({
  type: 'part',
  part,
  value: { type: 'tool-call', callId: name, name, input: { of: name } },
})

const recorded: Record<string, RunEntry[]> = {
  'a single letter': [said(0, 'a')],
  'words of one part': [said(0, 'Roses '), said(0, 'grow '), said(0, 'here.')],
  'characters of two, three and four bytes': [said(0, 'žlu'), said(0, 'té नमस्ते'), said(0, '🌹🌹'), said(0, '👋🏽!')],
  'thoughts before words': [said(0, 'Let me ', 'reasoning'), said(0, 'think.', 'reasoning'), said(1, 'Ro'), said(1, 'ses.')],
  'pieces between words': [said(0, 'I look. '), piece(1, 'one'), piece(2, 'two'), said(3, 'Ünd '), said(3, 'so.'), piece(4, 'three')],
  'nothing but pieces': [piece(0, 'one'), piece(1, 'two')],
  'a piece before the first word': [piece(0, 'one'), said(1, '🌹')],
  'nothing at all': [],
} // prettier-ignore

describe.each(Object.entries(recorded))('a log of %s', (_, entries) => {
  it('gives the same at every position, to the byte', () => {
    const log = new RunLog(1, entries)
    for (const [have, position] of everyPrefix(entries))
      expect(flat([...have, ...log.after(position)])).toEqual(flat(entries))
  })

  it('gives its parts, and nothing after its end', () => {
    const log = new RunLog(1, entries)
    expect(log.after(log.position)).toEqual([])
    expect(flat(partsAsEntries(log))).toEqual(flat(entries))
  })

  it('is the same written down in batches, from any entry on', () => {
    const log = new RunLog(1, entries)
    for (let n = 0; n <= entries.length; n++) expect(flat(log.entriesFrom(n))).toEqual(flat(entries.slice(n)))
  })
})

it.each(seeds(20))(
  'any log, cut anywhere into deltas, gives the same at every position (seed %i)',
  (seed) => {
    const entries = anyEntries(randomFrom(seed))
    const log = new RunLog(3, entries)
    for (const [have, position] of everyPrefix(entries, 3))
      expect(flat([...have, ...log.after(position)])).toEqual(flat(entries))
  },
)

it('inside a character, gives that character whole', () => {
  const log = new RunLog(1, [said(0, 'a🌹b')])
  for (const bytes of [1, 2, 3, 4])
    expect(log.after({ epoch: 1, bytes, pieces: 0 })).toEqual([said(0, '🌹b')])
})

it('gives as few entries as there are parts', () => {
  const log = new RunLog(1, recorded['pieces between words'])
  expect(log.after(startOfRun(1)).map(({ part }) => part)).toEqual([0, 1, 2, 3, 4])
  expect(new RunLog(1, Array(500).fill(said(0, 'x'))).after(startOfRun(1))).toEqual([
    said(0, 'x'.repeat(500)),
  ])
})

it('does not hand out what it goes on writing to', () => {
  const log = new RunLog(1, [said(0, 'Roses ')])
  const before = log.after(startOfRun(1))
  log.append(said(0, 'grow.'))
  expect([before, log.after(startOfRun(1))]).toEqual([[said(0, 'Roses ')], [said(0, 'Roses grow.')]])
})

it('knows who is ahead of it', () => {
  const log = new RunLog(1, [said(0, 'žluté'), piece(1, 'one')])
  const ahead = (bytes: number, pieces: number) => log.isAhead({ epoch: 1, bytes, pieces })
  expect([ahead(0, 0), ahead(7, 0), ahead(7, 1)]).toEqual([false, false, false])
  expect([ahead(8, 0), ahead(7, 2), ahead(0, 2)]).toEqual([true, true, true])
})

it('refuses parts that leave a gap', () => {
  expect(() => new RunLog(1, [said(0, 'a'), said(2, 'b')]).parts()).toThrow('without gaps')
  expect(() => new RunLog(1, [piece(1, 'one')]).parts()).toThrow('without gaps')
})

it('gives something for every forged position, and never throws', () => {
  for (const entries of Object.values(recorded)) {
    const log = new RunLog(1, entries)
    for (const bytes of [0, 1, 2, 5, 8, 9, 30, 999_999_999_999])
      for (const pieces of [0, 1, 2, 3, 999_999_999])
        expect(fits(log.after({ epoch: 9, bytes, pieces }), entries)).toBe(true)
  }
})

describe('a position as text', () => {
  it.each(['1.0.0', '1.6.0', '999999999.999999999999.999999999'])('%s comes back', (text) => {
    const position = positionFrom(text)
    expect(position && positionText(position)).toBe(text)
  })

  it.each(['', '1', '1.2', '1.2.3.4', '1.2.-3', '-1.2.3', '1.2.3 ', ' 1.2.3', '1..3', '1.2.x', '1.0x2.3', '1.2.1e3', '1.2.٣', '1.9999999999999.0', '1.2.3\n'])('%j is none', (text) => {
    expect(positionFrom(text)).toBeNull()
  }) // prettier-ignore
})

/** What somebody may have read when the line broke: whole entries, and of the last any number of characters. */
function* everyPrefix(entries: readonly RunEntry[], epoch = 1) {
  let [bytes, pieces] = [0, 0]
  const have: RunEntry[] = []
  yield [[...have], { epoch, bytes, pieces }] as const
  for (const entry of entries) {
    if (entry.type === 'part') pieces++
    else
      for (const text of beginnings(entry.text))
        yield [[...have, { ...entry, text }], { epoch, bytes: bytes + utf8Bytes(text), pieces }] as const
    if (entry.type === 'delta') bytes += utf8Bytes(entry.text)
    have.push(entry)
    yield [[...have], { epoch, bytes, pieces }] as const
  }
}

const beginnings = (text: string): string[] =>
  Array.from(text).map((_, i) => Array.from(text).slice(0, i).join(''))

/** Character by character, so that two logs that were cut differently can be held against each other. */
const flat = (entries: readonly RunEntry[]): string[] =>
  entries.flatMap((entry) =>
    entry.type === 'part'
      ? [`${entry.part} ${JSON.stringify(entry.value)}`]
      : Array.from(entry.text).map((character) => `${entry.part} ${entry.kind} ${character}`),
  )

const partsAsEntries = (log: RunLog): RunEntry[] =>
  log.parts().map((value, part) => {
    const isWords = (value.type === 'text' || value.type === 'reasoning') && 'text' in value
    return isWords ? said(part, String(value.text), value.type as 'text') : { type: 'part', part, value }
  })

/** Whether this is the end of the whole. */
function fits(rest: readonly RunEntry[], whole: readonly RunEntry[]): boolean {
  const [end, all] = [flat(rest), flat(whole)]
  return end.length === 0 || end.join() === all.slice(-end.length).join()
}

function anyEntries(random: Random): RunEntry[] {
  const letters = Array.from('abc žऍ🌹👋\u2028\ufeff')
  const entries: RunEntry[] = []
  for (let part = 0; part < 1 + random.int(5); part++) {
    const kind = random.pick(['text', 'reasoning', 'piece'] as const)
    if (kind === 'piece') entries.push(piece(part, `piece ${part}`))
    else
      for (let deltas = 1 + random.int(4); deltas > 0; deltas--)
        entries.push(
          said(part, Array.from({ length: 1 + random.int(6) }, () => random.pick(letters)).join(''), kind),
        )
  }
  return entries
}
