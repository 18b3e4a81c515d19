/** The outcome of one call, independent of the other calls. */
export type Outcome<Out> =
  | { readonly success: true; readonly data: Out }
  | { readonly success: false; readonly error: unknown }

/**
 * The floor: `limit` lanes take the next item until none is left. A failure stays with its item, and outcomes are in
 * the order of the items. It has no look-up, parsing, validation, copy, timing, timeout, abort or event.
 */
export async function bareLoop<Item, Out>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Out>,
): Promise<Outcome<Out>[]> {
  const outcomes = new Array<Outcome<Out>>(items.length)
  let next = 0
  async function lane(): Promise<void> {
    while (next < items.length) {
      const index = next++
      try {
        outcomes[index] = { success: true, data: await work(items[index] as Item) }
      } catch (error) {
        outcomes[index] = { success: false, error }
      }
    }
  }
  const lanes: Promise<void>[] = []
  for (let count = Math.min(limit, items.length); count > 0; count--) lanes.push(lane())
  await Promise.all(lanes)
  return outcomes
}

/** The outcome of one call, with its duration in milliseconds. */
export type TimedOutcome<Out> = Outcome<Out> & { readonly ms: number }

/** The bare loop that also times each item by the monotonic clock, written out so that nothing else is added. */
export async function timedLoop<Item, Out>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Out>,
): Promise<TimedOutcome<Out>[]> {
  const outcomes = new Array<TimedOutcome<Out>>(items.length)
  let next = 0
  async function lane(): Promise<void> {
    while (next < items.length) {
      const index = next++
      const startedAt = performance.now()
      try {
        const data = await work(items[index] as Item)
        outcomes[index] = { success: true, data, ms: performance.now() - startedAt }
      } catch (error) {
        outcomes[index] = { success: false, error, ms: performance.now() - startedAt }
      }
    }
  }
  const lanes: Promise<void>[] = []
  for (let count = Math.min(limit, items.length); count > 0; count--) lanes.push(lane())
  await Promise.all(lanes)
  return outcomes
}

/** The same isolation of failures for one item, for the libraries, which only schedule. */
export async function isolated<Out>(work: () => Promise<Out>): Promise<Outcome<Out>> {
  try {
    return { success: true, data: await work() }
  } catch (error) {
    return { success: false, error }
  }
}
