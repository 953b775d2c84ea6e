// Another answer to a message, beside the ones that are there.

import { answerAgain } from '../../chat/reply.ts'
import { answerTo } from '../answer-to.ts'
import { mine, route } from '../route.ts'
import { again } from '../shapes/message.ts'
import { saidAnswers } from '../shapes/said.ts'
import { defined } from '../thread-given.ts'

export const replyRoutes = [
  route({
    method: 'POST',
    path: '/v1/threads/:threadId/messages/:messageId/replies',
    policy: mine('message', 'write'),
    summary: 'Has a message answered once more. The id is the attempt, so that a retry never pays twice.',
    body: again,
    streams: true,
    answers: saidAnswers,
    async handle(asked, room) {
      const { user, params, body } = asked
      const said = await answerAgain(room.chat, user, { ...params, ...defined(body) })
      return answerTo(room, asked, said)
    },
  }),
]
