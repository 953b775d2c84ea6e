// What has just happened, said for a few seconds, with the way back where there is one.

export type Toast = { id: number; message: string; undo: (() => void) | null; shownMs: number }

const toastsMax = 3
const shownMs = 5_000
const shownWithUndoMs = 10_000

let toasts: readonly Toast[] = []
let lastId = 0
const listeners = new Set<() => void>()

/**
 * Says it at the foot of the page, and to a screen reader when it has finished its sentence.
 *
 * @example
 * toast('“Garden” is in the bin.', { undo: () => restore(id) })
 */
export function toast(message: string, { undo }: { undo?: () => void } = {}): void {
  lastId++
  const added = { id: lastId, message, undo: undo ?? null, shownMs: undo ? shownWithUndoMs : shownMs }
  show([...toasts.filter((other) => other.message !== message), added].slice(-toastsMax))
}

export function dismiss(id: number): void {
  show(toasts.filter((toast) => toast.id !== id))
}

/** Takes back the latest thing that can be taken back; false when there is none. */
export function undoLatest(): boolean {
  const latest = toasts.findLast(({ undo }) => undo !== null)
  if (!latest) return false
  dismiss(latest.id)
  latest.undo?.()
  return true
}

export const toastsNow = (): readonly Toast[] => toasts

export function onToasts(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function show(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}
