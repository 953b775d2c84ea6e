// openapi.json out of the routes: the schemas that validate are the ones that are published.

import { z } from 'zod'
import type { AnswerShape, Route } from './route.ts'
import { errorBody } from './shapes/receipt.ts'

type Json = Record<string, unknown>

export function openApi(routes: readonly Route[], version: string): Json {
  const schemas: Json = {}
  const paths: Record<string, Json> = {}
  schemaOf(errorBody, 'output', schemas)
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Threadkeep',
      version,
      description: 'Keeps what people and assistants say to each other.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: {
      schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'threadkeep_guest' },
      },
    },
  }
}

function operationOf(route: Route, schemas: Json): Json {
  const { policy, summary, body } = route
  return {
    operationId: operationId(route),
    summary,
    security: policy.who === 'anyone' ? [] : [{ bearer: [] }, { cookie: [] }],
    'x-policy': policy,
    parameters: [...pathParameters(route), ...queryParameters(route, schemas)],
    ...(body ? { requestBody: bodyOf(body, schemas) } : null),
    responses: { ...answersOf(route, schemas), default: refusal },
  }
}

const operationId = ({ method, path }: Route): string =>
  `${method.toLowerCase()}${path.replace(/[^A-Za-z0-9]+(\w?)/g, (_, next: string) => next.toUpperCase())}`

const pathParameters = ({ path }: Route): Json[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))

function queryParameters({ query }: Route, schemas: Json): Json[] {
  if (!query) return []
  const { properties = {}, required = [] } = schemaOf(query, 'input', schemas) as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}

function answersOf({ answers, streams }: Route, schemas: Json): Json {
  const entries = Object.entries(answers).map(([status, shape]) => {
    const content: Json = { [mediaOf(shape)]: { schema: contentOf(shape, schemas) } }
    if (streams && status === '200') content['text/event-stream'] ??= { schema: { type: 'string' } }
    return [status, { description: descriptions[status] ?? 'Done.', content }]
  })
  return Object.fromEntries(entries) as Json
}

const descriptions: Record<string, string> = {
  200: 'Done, or done before.',
  201: 'Kept.',
  202: 'Kept; the answer is still being written.',
  502: 'The message is kept; the model failed.',
  503: 'Not ready.',
}

const refusal = {
  description: 'Refused, in words that say what was tried and what to do next.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
}

/** A body of which every field may be left out may be left out itself. */
const bodyOf = (body: z.ZodType, schemas: Json): Json => ({
  required: !body.safeParse({}).success,
  content: { 'application/json': { schema: schemaOf(body, 'input', schemas) } },
})

const mediaOf = (shape: AnswerShape): string => (typeof shape === 'string' ? shape : 'application/json')
const contentOf = (shape: AnswerShape, schemas: Json): Json =>
  typeof shape === 'string'
    ? { type: shape === 'application/json' ? 'object' : 'string' }
    : schemaOf(shape, 'output', schemas)

/** Schemas with a name of their own are said once, beside the paths. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const { $schema: _, $defs, ...rest } = relinked(z.toJSONSchema(schema, { io, unrepresentable: 'any' }))
  Object.assign(schemas, $defs)
  return rest
}

const relinked = (schema: object): Json =>
  JSON.parse(JSON.stringify(schema).replaceAll('#/$defs/', '#/components/schemas/')) as Json
