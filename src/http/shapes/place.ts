// Where the caller is in a thread, as it is read, and as it may be put.

import { z } from 'zod'
import type { OwnPlace } from '../../core/thread.ts'
import { count, maybeIso, maybeText, maybeTime, words } from './fields.ts'

export const place = z
  .strictObject({ readSeq: count, draft: maybeText, draftAt: maybeTime })
  .meta({ id: 'Place' })

export const placeGiven = z
  .strictObject({ readSeq: count.optional(), draft: words('draftBytes').nullable().optional() })
  .refine((given) => Object.keys(given).length > 0, 'Nothing was named')

export const placeBody = ({ readSeq, draft, draftAt }: OwnPlace) => ({
  readSeq,
  draft,
  draftAt: maybeIso(draftAt),
})
