/** A call in a graph of waits, with the length of the path behind it. */
export interface PathCall {
  /** Its expected duration, in milliseconds. */
  readonly expectedMs: number
  /** The expected duration of the longest chain of calls that can only start after its end, in milliseconds. */
  readonly remainingMs: number
  setRemainingMs(ms: number): void
  /** The calls of its run that have not started and must end before it can start. */
  waitsFor(): Iterable<PathCall>
}

/** A new call raises at most this many calls before it: the path behind those further up is long enough for any choice. */
const MAX_STEPS = 32

/**
 * Adds the expected time of `call` to the remaining path of every call it waits for. Where several paths begin at one call,
 * the longest counts.
 */
export function raiseRemaining(call: PathCall): void {
  const raised = [call]
  let steps = 0
  for (let after = raised.pop(); after !== undefined; after = raised.pop()) {
    const remainingMs = after.expectedMs + after.remainingMs
    for (const before of after.waitsFor()) {
      if (remainingMs <= before.remainingMs) continue
      if (++steps > MAX_STEPS) return
      before.setRemainingMs(remainingMs)
      raised.push(before)
    }
  }
}
