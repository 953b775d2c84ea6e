// What comes back when something was said: by JSON when the answer is there, or as events while it comes.

import { z } from 'zod'
import { message } from './message.ts'
import { receipt } from './receipt.ts'
import { run } from './run.ts'

/** What waits in the spool of a node has no number yet. */
const spooled = message.extend({ seq: z.null() }).meta({ id: 'SpooledMessage' })

const said = z
  .strictObject({
    message: z.union([message, spooled]),
    receipt,
    reply: message.nullable(),
    run: run.nullable(),
  })
  .meta({ id: 'Said' })

/** 201 the first time, 200 for a replay, 202 while the run is still going; with `Accept: text/event-stream` 200 and events. */
export const saidAnswers = { 200: said, 201: said, 202: said }
