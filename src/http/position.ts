// A caller may name the position of their last write; an answer is then at least that new, or is not given.

import { ThreadkeepError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'

const form = /^([\w:/]{1,60})-(\d{1,15})$/

/** The header that says how new this answer is, for whoever asked. */
export async function positionReached(
  request: Request,
  store: Store,
  user: string,
): Promise<Record<string, string>> {
  const named = request.headers.get('threadkeep-position')
  if (named === null) return {}
  const [, asked, least] = form.exec(named) ?? []
  if (asked === undefined)
    throw new ThreadkeepError(
      'malformed',
      'This Threadkeep-Position is none that a receipt has.',
      'Send the position of your last receipt, or leave the header out.',
    )
  const [, own] = form.exec(store.position()) ?? []
  // A position of another store, from before a move, says nothing about this one.
  if (asked === own) await reach(store, user, named, Number(least))
  return { 'threadkeep-position': store.position() }
}

async function reach(store: Store, user: string, named: string, least: number): Promise<void> {
  const isBehind = () => Number(form.exec(store.position())?.[2]) < least
  if (isBehind()) await store.catchUp?.()
  if (isBehind()) throw behind
  store.reached?.(user, named)
}

const behind = new ThreadkeepError(
  'unavailable',
  'This node has not yet seen the write that this request builds on.',
  'Try again in a moment; if it stays so, the store was put back to an older state.',
)
