// A door as data: its path, who may pass, what it takes and answers. Validation, types, openapi.json and the tests all read this.

import type { z } from 'zod'
import type { Principal, Scope } from '../core/principal.ts'
import type { Answer } from './answer.ts'
import type { Room } from './room.ts'

export type Policy = {
  who: 'anyone' | 'user'
  scope: Exclude<Scope, 'admin'>
  /** Whose things the path names: what is not the caller's is not found. */
  owns: 'nothing' | 'me' | 'thread' | 'message' | 'run'
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** A schema for JSON, or the media type of a stream. */
export type AnswerShape =
  | z.ZodType
  | 'text/event-stream'
  | 'application/x-ndjson'
  | 'text/plain'
  | 'application/json'

/** What a handler is given once the caller has been let in and what they sent is well-formed. */
export type Asked<Path extends string = string, Query = unknown, Body = unknown> = {
  /** Empty on doors that anyone may use. */
  user: string
  principal: Principal | null
  params: Record<ParamOf<Path>, string>
  query: Query
  body: Body
  request: Request
  socketAddress: string | null
}

type ParamOf<Path extends string> = string extends Path
  ? string
  : Path extends `${string}/:${infer Name}/${infer Rest}`
    ? Name | ParamOf<`/${Rest}`>
    : Path extends `${string}/:${infer Name}`
      ? Name
      : never

export type Route = {
  method: Method
  path: string
  policy: Policy
  summary: string
  query?: z.ZodType
  body?: z.ZodType
  answers: Record<number, AnswerShape>
  /** Answers with events when they are asked for, so that a foreign page is kept away from a GET too. */
  streams?: boolean
  handle(asked: Asked, room: Room): Promise<Answer> | Answer
}

type Spec<Path extends string, Query extends z.ZodType, Body extends z.ZodType> = Omit<Route, 'handle'> & {
  path: Path
  query?: Query
  body?: Body
  handle(asked: Asked<Path, z.output<Query>, z.output<Body>>, room: Room): Promise<Answer> | Answer
}

/** Types a handler by its own path and schemas. */
export function route<
  Path extends string,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(spec: Spec<Path, Query, Body>): Route {
  return spec
}

export const mine = (owns: Policy['owns'], scope: Policy['scope']): Policy => ({ who: 'user', scope, owns })
