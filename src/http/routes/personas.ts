// Who may answer, for whoever chooses.

import { z } from 'zod'
import { defaultPersonaId } from '../../core/persona.ts'
import { ok } from '../answer.ts'
import { mine, route } from '../route.ts'
import { text } from '../shapes/fields.ts'

const persona = z
  .strictObject({
    id: text,
    name: text,
    aliases: z.array(text),
    description: text,
    hue: z.number(),
    greeting: text,
    version: text,
  })
  .meta({ id: 'Persona' })

export const personaRoutes = [
  route({
    method: 'GET',
    path: '/v1/personas',
    policy: mine('nothing', 'read'),
    summary: 'The personas that may answer, and the one who does when nobody chose.',
    answers: { 200: z.strictObject({ personas: z.array(persona), defaultPersonaId: text }) },
    handle: (_, { chat }) =>
      ok({
        defaultPersonaId,
        personas: chat.personas.map(({ version, definition }) => {
          const { id, name, aliases, description, hue, greeting } = definition
          return { id, name, aliases, description, hue, greeting, version }
        }),
      }),
  }),
]
