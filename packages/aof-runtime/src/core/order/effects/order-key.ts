/**
 * The place of a call among those that it may be in conflict with: when it was accepted, or the last of those that it
 * depends on; of one moment by batch and place in the batch; of one place by how many calls stand before it; then by its
 * own place in the batch.
 */
export interface OrderKey {
  /** Infinity while a call that it depends on is yet to come. */
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
