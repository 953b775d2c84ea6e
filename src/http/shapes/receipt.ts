// What every write says about how safe it is, and what every refusal says.

import { z } from 'zod'
import { errorCodes } from '../../core/errors.ts'
import { count, maybeText, text } from './fields.ts'

export const receipt = z
  .strictObject({
    id: text,
    seq: count.nullable(),
    changeSeq: count,
    position: text,
    durability: z.enum(['disk', 'replicated', 'spooled', 'none']),
    result: z.enum(['kept', 'replayed']),
    forked: z.boolean(),
    headId: maybeText,
  })
  .meta({ id: 'Receipt' })

export const errorBody = z
  .looseObject({
    error: z.strictObject({
      code: z.enum(errorCodes),
      message: text,
      hint: text,
      requestId: text,
      details: z.record(text, z.unknown()).optional(),
    }),
  })
  .meta({ id: 'Error' })
