// Somebody at the doors: sends requests with their credential, and reads answers and events.

import { Events } from './events.ts'

export type Reply = { status: number; headers: Headers; body: Body }
/** An answer's JSON, as deep as a test wants to look. */
export type Body = { [key: string]: Body } & { toString(): string }
type Fetch = (request: Request, env?: object) => Promise<Response>
type Headed = Record<string, string>

export const home = 'http://house.test'

export class Visitor {
  readonly user: string
  readonly token: string | null
  readonly #fetch: Fetch

  constructor(fetch: Fetch, user: string, token: string | null) {
    this.#fetch = fetch
    this.user = user
    this.token = token
  }

  get = (path: string, headers?: Headed): Promise<Reply> => this.send('GET', path, undefined, headers)
  del = (path: string, headers?: Headed): Promise<Reply> => this.send('DELETE', path, undefined, headers)
  post = (path: string, body: unknown = {}, headers?: Headed): Promise<Reply> =>
    this.send('POST', path, body, headers)
  put = (path: string, body: unknown = {}, headers?: Headed): Promise<Reply> =>
    this.send('PUT', path, body, headers)
  patch = (path: string, body: unknown, headers?: Headed): Promise<Reply> =>
    this.send('PATCH', path, body, headers)

  async send(method: string, path: string, body?: unknown, headers?: Headed): Promise<Reply> {
    const response = await this.fetch(method, path, body, headers)
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson && text !== '' ? JSON.parse(text) : text) as Body,
    }
  }

  /** A body that is text already goes out as it is. */
  fetch(method: string, path: string, body?: unknown, headers: Headed = {}): Promise<Response> {
    const init: RequestInit = {
      method,
      headers: {
        ...(this.token === null ? null : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? null : { 'content-type': 'application/json' }),
        ...headers,
      },
    }
    if (body !== undefined) init.body = typeof body === 'string' ? body : JSON.stringify(body)
    return this.#fetch(new Request(`${home}${path}`, init))
  }

  /** Opens a stream: by GET, or by POST when there is a body. */
  async stream(path: string, body?: unknown, headers: Headed = {}): Promise<Events> {
    const asked = { accept: 'text/event-stream', ...headers }
    const response = await this.fetch(body === undefined ? 'GET' : 'POST', path, body, asked)
    if (response.status !== 200) throw new Error(`No stream: ${response.status} ${await response.text()}`)
    return new Events(response)
  }

  /** A thread of one's own; its id. It has a title, so that no model is asked for one. */
  async thread(given: object = { title: 'The garden' }): Promise<string> {
    const { body } = await this.post('/v1/threads', given)
    return String(body['id'])
  }

  /** Says something that nobody answers. */
  async keep(threadId: string, text: string, besides: object = {}): Promise<Reply> {
    return this.post(`/v1/threads/${threadId}/messages`, { text, reply: false, ...besides })
  }

  /** Says something and waits for the answer. */
  async ask(threadId: string, text: string, besides: object = {}): Promise<Reply> {
    return this.post(`/v1/threads/${threadId}/messages`, { text, ...besides })
  }

  messages = async (threadId: string, query = ''): Promise<Body[]> => {
    const { body } = await this.get(`/v1/threads/${threadId}/messages${query}`)
    return body['messages'] as unknown as Body[]
  }
}
