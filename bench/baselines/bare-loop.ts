/** One call's outcome, kept apart from its siblings'. */
export type Outcome<Out> =
  | { readonly success: true; readonly data: Out }
  | { readonly success: false; readonly error: unknown }

/**
 * The floor: `limit` lanes take the next item until none is left; a failure stays with its item; outcomes in the order
 * of the items. Nothing else: no look-up, parsing, validation, copy, timing, timeout, abort or event.
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

/** One call's outcome, and how long it took in milliseconds. */
export type TimedOutcome<Out> = Outcome<Out> & { readonly ms: number }

/** The bare loop that also times each item by the monotonic clock; written out, so that it costs nothing else. */
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

/** The same isolation for one item, for the peers, which bring the scheduling. */
export async function isolated<Out>(work: () => Promise<Out>): Promise<Outcome<Out>> {
  try {
    return { success: true, data: await work() }
  } catch (error) {
    return { success: false, error }
  }
}
