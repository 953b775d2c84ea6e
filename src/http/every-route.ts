// Every door of this house, in the order in which the documents list them.

import type { Route } from './route.ts'
import { changeRoutes } from './routes/changes.ts'
import { chatRoutes } from './routes/chat.ts'
import { guestRoutes } from './routes/guests.ts'
import { houseRoutes } from './routes/house.ts'
import { markRoutes } from './routes/marks.ts'
import { meRoutes } from './routes/me.ts'
import { messageRoutes } from './routes/messages.ts'
import { personaRoutes } from './routes/personas.ts'
import { placeRoutes } from './routes/places.ts'
import { replyRoutes } from './routes/replies.ts'
import { runRoutes } from './routes/runs.ts'
import { threadRoutes } from './routes/threads.ts'

export const everyRoute: readonly Route[] = [
  ...guestRoutes,
  ...meRoutes,
  ...personaRoutes,
  ...threadRoutes,
  ...messageRoutes,
  ...replyRoutes,
  ...markRoutes,
  ...placeRoutes,
  ...runRoutes,
  ...chatRoutes,
  ...changeRoutes,
  ...houseRoutes,
]
