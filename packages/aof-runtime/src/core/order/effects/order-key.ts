/**
 * The place of a call in the order of calls that may conflict: by the time at which it, or the last of its dependencies, was
 * accepted; then by batch and place in the batch; then by the length of its chain of dependencies; then by its own place in
 * the batch.
 */
export interface OrderKey {
  /** Infinity until all calls that it depends on have come. */
  readonly acceptedAt: number
  readonly batch: number
  readonly place: number
  readonly depth: number
  readonly index: number
}

/** Negative where `a` comes first, 0 only for the same call. */
export function compareKeys(a: OrderKey, b: OrderKey): number {
  if (a.acceptedAt !== b.acceptedAt) return a.acceptedAt < b.acceptedAt ? -1 : 1
  if (a.batch !== b.batch) return a.batch - b.batch
  if (a.place !== b.place) return a.place < b.place ? -1 : 1
  return a.depth === b.depth ? a.index - b.index : a.depth - b.depth
}
