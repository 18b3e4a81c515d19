/** A call of a graph, as the length of what comes after it sees it. */
export interface PathCall {
  /** How long it is expected to take, in milliseconds. */
  readonly expectedMs: number
  /** How long, after its end, others are expected to be under way that can only start then. */
  readonly tailMs: number
  hasTail(ms: number): void
  /** Those of its run that have not started, and without whose end it cannot start. */
  comesAfter(): Iterable<PathCall>
}

/** So far up a new call is told of: beyond, what comes after is long enough for any choice. */
const MAX_STEPS = 32

/**
 * Those that `call` can only start after have it, and all that come after it, to come. Their tails are those of the longest
 * path: of the sums of what is expected along any path that begins there, the greatest.
 */
export function raiseTails(call: PathCall): void {
  const raised = [call]
  let steps = 0
  for (let after = raised.pop(); after !== undefined; after = raised.pop()) {
    const tailMs = after.expectedMs + after.tailMs
    for (const before of after.comesAfter()) {
      if (tailMs <= before.tailMs) continue
      if (++steps > MAX_STEPS) return
      before.hasTail(tailMs)
      raised.push(before)
    }
  }
}
