// Reads a JSON body: what kind it is, how large it may be, whether it is UTF-8, and whether all of it can be kept as it was sent.

import { ThreadkeepError } from '../core/errors.ts'
import { limitMax } from '../core/limits.ts'
import { jsonTextFault } from './json-text.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A request without a body reads as an empty object, so that a POST that needs no words needs no body. */
export async function jsonBody(request: Request, bytesMax: number): Promise<unknown> {
  const bytes = await bytesOf(request, bytesMax)
  if (bytes.length === 0) return {}
  refuseOtherMedia(request)
  const text = textOf(bytes)
  const fault = jsonTextFault(text, limitMax('jsonDepth'))
  if (fault !== null) throw new ThreadkeepError('invalid', fault, 'Nothing was written.')
  return parsed(text)
}

async function bytesOf(request: Request, bytesMax: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get('content-length') ?? Number.NaN)
  if (announced > bytesMax) throw tooLarge(bytesMax)
  if (announced <= smallBytes) return checked(new Uint8Array(await request.arrayBuffer()), bytesMax)
  return request.body === null ? new Uint8Array() : collected(request.body, bytesMax)
}

/** Below this a body is taken in one piece, which is several times cheaper than as a stream: even to look at `body` costs. */
const smallBytes = 64 * 1024

function checked(bytes: Uint8Array, bytesMax: number): Uint8Array {
  if (bytes.length > bytesMax) throw tooLarge(bytesMax)
  return bytes
}

async function collected(body: ReadableStream<Uint8Array>, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > bytesMax) throw tooLarge(bytesMax)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

function refuseOtherMedia(request: Request): void {
  const type = request.headers.get('content-type') ?? ''
  const encoding = request.headers.get('content-encoding') ?? 'identity'
  if (/^application\/json\s*(;\s*charset=("?)utf-8\2\s*)?$/i.test(type) && encoding === 'identity') return
  throw new ThreadkeepError(
    'unsupported_media',
    `A body of type "${type.slice(0, 80)}"${encoding === 'identity' ? '' : ' in a compressed encoding'} was sent.`,
    'Send JSON in UTF-8, uncompressed, with "Content-Type: application/json".',
  )
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw malformed('The body is not UTF-8.', cause)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw malformed('The body is not JSON.', cause)
  }
}

/** The parser's own words are left out: they quote the body. */
const malformed = (message: string, cause: unknown) =>
  new ThreadkeepError('malformed', message, 'Nothing was written. Send one JSON object.', undefined, cause)

const tooLarge = (bytesMax: number) =>
  new ThreadkeepError(
    'too_large',
    `The body is larger than ${bytesMax} bytes.`,
    'Send the long part as a file, or split it. Nothing was written.',
  )
