// JSON that people and models gave us, as the one text that is stored, compared and hashed on every engine.

import { limitMax, limitSentence } from './limits.ts'
import { textFault } from './text.ts'

declare const canonical: unique symbol
/** Made only by `canonicalJson`, or read back from a store that was given one. */
export type CanonicalJson = string & { readonly [canonical]: true }

export type JsonVerdict = { ok: true; json: CanonicalJson } | { ok: false; fault: string }

/** Keys keep the order they came in; a value that could not come back exactly is a fault, told as the end of a sentence. */
export function canonicalJson(value: unknown): JsonVerdict {
  const fault = jsonFault(value, 1, '$')
  if (fault !== null) return { ok: false, fault }
  return { ok: true, json: JSON.stringify(value) as CanonicalJson }
}

/** For JSON that our own code made: a fault in it is a fault of ours. */
export function ownJson(value: unknown): CanonicalJson {
  const verdict = canonicalJson(value)
  if (!verdict.ok) throw new Error(`Our own JSON ${verdict.fault}`)
  return verdict.json
}

function jsonFault(value: unknown, depth: number, at: string): string | null {
  if (depth > limitMax('jsonDepth')) return `is too deep at ${at.slice(0, 80)}: ${limitSentence('jsonDepth')}`
  if (value === null || typeof value === 'boolean') return null
  if (typeof value === 'string') return prefixed(textFault(value), at)
  if (typeof value === 'number') return numberFault(value, at)
  if (Array.isArray(value)) return firstFault(value, (item, i) => jsonFault(item, depth + 1, `${at}[${i}]`))
  if (typeof value !== 'object') return `holds a ${typeof value} at ${at}, which is not JSON`
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    return `holds an object at ${at} that is not plain JSON`
  return firstFault(
    Object.entries(value),
    ([key, item]) => prefixed(textFault(key), `a key of ${at}`) ?? jsonFault(item, depth + 1, `${at}.${key}`),
  )
}

function numberFault(value: number, at: string): string | null {
  if (!Number.isFinite(value)) return `holds ${value} at ${at}, which is not JSON`
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    return `holds an integer at ${at} beyond 2^53, which cannot be kept exactly: send it as a string`
  return null
}

function firstFault<T>(
  items: readonly T[],
  faultOf: (item: T, index: number) => string | null,
): string | null {
  for (const [index, item] of items.entries()) {
    const fault = faultOf(item, index)
    if (fault !== null) return fault
  }
  return null
}

const prefixed = (fault: string | null, at: string) => (fault === null ? null : `${fault} in ${at}`)
