// A model with an answer of every kind: set text, a tool with its sources, one that fails, one that takes its time.
import { ModelError, type ModelRequest } from '../../src/core/model.ts'
import { atGate, end, says, type Play } from '../../src/model/scripted.ts'
import { lastWords } from './page-house.ts'

const rich = `Roses, **mostly**.

# Title

- [x] done
- see [there](https://example.org)

| a | b |
|---|--:|
| 1 | 2 |

> a quote

\`\`\`ts
const wall: string = 'north' // roses
\`\`\`

![plan](https://example.org/plan.png)`

export const everyKind = (request: ModelRequest): Play => {
  const words = lastWords(request)
  if (words.includes('fail')) return ['I had begun', new ModelError('cut', 'The model went away.')]
  if (words.includes('slowly')) return ['Slowly ', atGate, 'it grows.', end()]
  if (words.includes('tool'))
    return [
      { type: 'reasoning', text: 'I shall count.' },
      { type: 'part', part: { type: 'tool-call', callId: '1', name: 'count', input: { of: 'roses' } } },
      { type: 'part', part: { type: 'tool-result', callId: '1', name: 'count', output: 7 } },
      'Seven.',
      {
        type: 'part',
        part: { type: 'source', title: 'Roses', url: 'https://example.org', snippet: 'Seven of them.' },
      },
      { type: 'part', part: { type: 'weather', sky: 'clear' } },
      end(),
    ]
  return says(rich)
}
