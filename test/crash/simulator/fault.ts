// What somebody was told in place of an answer.
import { ThreadkeepError } from '../../../src/core/errors.ts'

export const codeOf = (fault: unknown): string =>
  fault instanceof ThreadkeepError ? fault.code : 'a fault of ours'
