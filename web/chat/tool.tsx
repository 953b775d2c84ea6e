// A tool that an answer used: its name, what it was given and what came back, folded.

import { Wrench } from 'lucide-react'
import type { Part } from '../../src/client/client.ts'
import { JsonText } from './json-text.tsx'

type ToolProps = { call: Part | null; result: Part | null; isGrowing: boolean }

export function Tool({ call, result, isGrowing }: ToolProps) {
  const named = call ?? result
  const name = named && 'name' in named ? String(named.name) : 'a tool'
  const isError = result !== null && 'isError' in result && result.isError === true
  return (
    <details className="fold" data-error={isError ? '' : undefined}>
      <summary>
        <Wrench size={14} aria-hidden="true" />
        {summaryOf(name, result, isError, isGrowing)}
      </summary>
      <div className="fold-body">
        {call && <JsonText label="Given" value={'input' in call ? call.input : null} />}
        {result && (
          <JsonText
            label={isError ? 'Failed with' : 'Came back'}
            value={'output' in result ? result.output : null}
          />
        )}
      </div>
    </details>
  )
}

function summaryOf(name: string, result: Part | null, isError: boolean, isGrowing: boolean): string {
  if (isError) return `${name} failed`
  if (result) return `Used ${name}`
  return isGrowing ? `Using ${name}` : `Called ${name}, and no result was kept`
}
