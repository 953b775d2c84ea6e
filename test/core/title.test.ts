// A model is asked for a title with the first exchange, and of its answer one clean line is kept.
import { describe, expect, it } from 'vitest'
import type { Role } from '../../src/core/message.ts'
import { titleCharsMax, titleExcerptChars, titleFrom, titleMark, titleRequest } from '../../src/core/title.ts'

describe('a title request', () => {
  const exchange = [said('user', 'My tomatoes are dying'), said('assistant', 'Too much water?')]

  it('shows the first exchange and asks for its name', () => {
    const later = [said('user', 'No'), said('assistant', 'Then sun.')]
    const { instructions, messages } = titleRequest([...exchange, ...later])
    expect(instructions.startsWith(titleMark)).toBe(true)
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(JSON.stringify(messages)).toMatch(/tomatoes.*water.*title/)
    expect(JSON.stringify(messages)).not.toContain('sun')
  })

  it('begins with the person, though the persona spoke first', () => {
    const { messages } = titleRequest([said('assistant', 'Welcome'), ...exchange])
    expect(JSON.stringify(messages)).not.toContain('Welcome')
  })

  it('may do without an answer', () => {
    expect(titleRequest([said('user', 'Hi'), said('assistant', '')]).messages).toHaveLength(2)
  })

  it('holds no more than an excerpt of a long message, and no half of a character', () => {
    const { messages } = titleRequest([said('user', `${'x'.repeat(titleExcerptChars - 1)}🙂🙂`)])
    expect(messages[0]).toEqual({
      role: 'user',
      parts: [{ type: 'text', text: 'x'.repeat(titleExcerptChars - 1) }],
    })
  })
})

describe('a title', () => {
  it.each([
    ['Dying tomatoes', 'Dying tomatoes'],
    ['  Dying \t tomatoes.  \n', 'Dying tomatoes'],
    ['"Dying tomatoes"', 'Dying tomatoes'],
    ['“Dying tomatoes.”', 'Dying tomatoes'],
    ["'Dying tomatoes'", 'Dying tomatoes'],
    ['**Dying tomatoes**', 'Dying tomatoes'],
    ['# Dying tomatoes', 'Dying tomatoes'],
    ['Title: Dying tomatoes', 'Dying tomatoes'],
    ['**Title:** "Dying tomatoes"', 'Dying tomatoes'],
    ['Here is a title:\nDying tomatoes\n\nShall I try another?', 'Dying tomatoes'],
    ['<think>Is it "tomatoes"?\n</think>\nDying tomatoes', 'Dying tomatoes'],
    ['Meaning of “saudade”', 'Meaning of saudade'],
    ['Don’t panic: the rock ’n’ roll of it', 'Don’t panic: the rock ’n’ roll of it'],
    ['What is C# for?', 'What is C# for?'],
    ['\u202eDying\u0000 tomatoes', 'Dying tomatoes'],
    ['हिन्दी में नमस्ते 👩‍🌾', 'हिन्दी में नमस्ते 👩‍🌾'],
  ])('%j becomes %j', (text, title) => {
    expect(titleFrom(text)).toBe(title)
  })

  it.each(['', ' \n ', '""', '...', '**', '\u0000', '<think>Hm', 'Title:'])('is not made of %j', (text) => {
    expect(titleFrom(text)).toBeNull()
  })

  it('ends with a whole word', () => {
    const title = titleFrom('How to rescue a balcony of dying tomatoes, without overwatering the others')
    expect(title).toBe('How to rescue a balcony of dying tomatoes, without')
  })

  it.each(['x'.repeat(100), '北'.repeat(100), '🙂'.repeat(100), 'a'.repeat(61)])(
    '%j is cut where it must be',
    (text) => {
      const title = titleFrom(text) ?? ''
      expect(title.length).toBe(titleCharsMax)
      expect(title.isWellFormed()).toBe(true)
    },
  )

  it('of many megabytes takes no time', () => {
    expect(titleFrom(`${' .'.repeat(2_000_000)}x`)).toBeNull()
  })
})

function said(role: Role, text: string) {
  return { role, text }
}
