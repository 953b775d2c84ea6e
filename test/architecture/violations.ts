// Every law of the house held against a set of files: what comes back is what has to be mended, one line each.
import { importFaults } from './imports.ts'
import { nameFaults } from './names.ts'
import { openingFaults } from './opening.ts'
import { purityFaults } from './purity.ts'
import { shapeFaults } from './shape.ts'
import { parse, type Source, type SourceFile } from './source.ts'

export function violations(files: SourceFile[]): string[] {
  return files
    .map(parse)
    .flatMap((source) => [
      ...syntaxFaults(source),
      ...importFaults(source),
      ...nameFaults(source),
      ...purityFaults(source),
      ...openingFaults(source),
      ...shapeFaults(source),
    ])
}

function syntaxFaults({ path, fault }: Source): string[] {
  return fault ? [`${path} does not parse: ${fault}`] : []
}
