// What must be true if our own code is right; a failure is a fault of ours, never a person's.

export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(`Threadkeep is wrong about itself: ${sentence}`)
}

export function must<T>(value: T | null | undefined, sentence: string): T {
  assert(value !== null && value !== undefined, sentence)
  return value
}
