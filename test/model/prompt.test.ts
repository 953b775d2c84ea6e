// What of a conversation reaches a provider, and in which form: nothing that a provider refuses, nothing that we would have to fetch.
import { expect, it } from 'vitest'
import type { ModelMessage } from '../../src/core/model.ts'
import type { Part } from '../../src/core/part.ts'
import { promptOf } from '../../src/model/prompt.ts'
import { openFakeProvider } from '../fake-provider/fake-provider.ts'
import { asked, hear, outcome, protocolNames, voice } from './voices.ts'

const words = (text: string) => ({ type: 'text', text })
const pixel = 'iVBORw0KGgo='
const everything: ModelMessage[] = [
  { role: 'assistant', parts: [{ type: 'text', text: 'Where we were.' }] },
  { role: 'system', parts: [{ type: 'text', text: 'The person is on a phone.' }] },
  {
    role: 'user',
    parts: [
      { type: 'text', text: 'Look:' },
      { type: 'image', url: `data:image/png;base64,${pixel}` },
      { type: 'image', url: '/files/42', alt: 'a cat' },
      { type: 'file', url: 'file:///etc/passwd', name: 'notes.txt' },
    ],
  },
  {
    role: 'assistant',
    parts: [
      { type: 'reasoning', text: 'A secret thought.' },
      { type: 'tool-call', callId: 'a b/c', name: 'weather', input: { city: 'Pune' } },
      { type: 'tool-result', callId: 'a b/c', name: 'weather', output: 31 },
      { type: 'text', text: 'It is hot.' },
      { type: 'from-the-future', body: 1 },
    ],
  },
  { role: 'tool', parts: [{ type: 'tool-result', callId: 'x', name: 'clock', output: '12:00' }] },
  { role: 'assistant', parts: [{ type: 'text', text: '' }] },
  {
    role: 'user',
    parts: [
      { type: 'text', text: ' ' },
      { type: 'text', text: 'And now?' },
    ],
  },
]

it('tells in words what no provider takes from somebody else', () => {
  const prompt = promptOf('Be brief.', everything, {})
  expect(prompt.map(({ role, content }) => [role, content])).toEqual([
    ['system', 'Be brief.'],
    ['user', [words('(What came before is left out.)')]],
    ['assistant', [words('Where we were.')]],
    ['user', [words('(system) The person is on a phone.')]],
    [
      'user',
      [
        words('Look:'),
        { type: 'file', mediaType: 'image/png', data: { type: 'data', data: pixel } },
        words('[image: a cat]'),
        words('[file: notes.txt]'),
      ],
    ],
    [
      'assistant',
      [words('[used weather with {"city":"Pune"}]\n\n[weather gave 31]\n\nIt is hot.\n\n[from-the-future]')],
    ],
    ['user', [words('(tool) [clock gave "12:00"]')]],
    ['user', [words('And now?')]],
  ])
})

it('leaves out instructions that say nothing', () => {
  expect(promptOf(' ', [], {})).toEqual([])
})

it.each<[Part, unknown]>([
  [
    { type: 'image', url: 'https://a.example/cat.png' },
    { type: 'file', mediaType: 'image/*', data: { type: 'url', url: new URL('https://a.example/cat.png') } },
  ],
  [{ type: 'image', url: 'http://a.example/cat.png', alt: 'a cat' }, words('[image: a cat]')],
  [
    { type: 'file', url: 'https://a.example/a.pdf', mediaType: 'application/pdf' },
    words('[file: https://a.example/a.pdf]'),
  ],
])('hands on the address of %j only where the provider fetches it', (part, expected) => {
  const [message] = promptOf('', [{ role: 'user', parts: [part] }], { 'image/*': [/^https:/] })
  expect(message?.content).toEqual([expected])
})

it.each(protocolNames)('%s can be sent everything that a thread holds', async (name) => {
  await using fake = await openFakeProvider()
  const heard = await hear(voice(name, fake), { ...asked(), messages: everything })
  expect(outcome(heard)).toBe('end stop')
  expect(fake.seen[0]?.body).toContain(pixel)
  expect(fake.seen[0]?.body).not.toContain('A secret thought.')
})

it('marks the instructions for the one provider that must be told what to cache', async () => {
  await using fake = await openFakeProvider()
  await hear(voice('anthropic', fake))
  expect(JSON.parse(fake.seen[0]?.body ?? '')).toMatchObject({
    system: [{ text: 'You are brief.', cache_control: { type: 'ephemeral' } }],
  })
})
