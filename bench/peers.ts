import { mapLimit } from 'async'
import { Effect } from 'effect'
import pLimit from 'p-limit'
import pMap from 'p-map'
import PQueue from 'p-queue'
import { isolated, type Outcome } from './baselines/bare-loop.ts'

/** Runs `work` for each item with at most `limit` at once (the first scheduler has no limit); outcomes are in order. */
export type Schedule = <Item, Out>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Out>,
) => Promise<Outcome<Out>[]>

/**
 * Popular schedulers. Each has its own queue and limit. The isolation of one call's failure from the others is the same
 * for all and wrapped around the call, because only effect has one of its own.
 */
export const peers: Readonly<Record<string, Schedule>> = {
  'Promise.all (no limit)': (items, _limit, work) => Promise.all(items.map((item) => isolated(() => work(item)))),
  'p-limit': (items, limit, work) => {
    const limited = pLimit(limit)
    return Promise.all(items.map((item) => limited(() => isolated(() => work(item)))))
  },
  'p-map': (items, limit, work) => pMap(items, (item) => isolated(() => work(item)), { concurrency: limit }),
  'p-queue': (items, limit, work) => {
    const queue = new PQueue({ concurrency: limit })
    return queue.addAll(items.map((item) => () => isolated(() => work(item))))
  },
  'async.mapLimit': <Item, Out>(items: readonly Item[], limit: number, work: (item: Item) => Promise<Out>) =>
    mapLimit<Item, Outcome<Out>>([...items], limit, async (item: Item) => isolated(() => work(item))),
  'effect.forEach': (items, limit, work) =>
    Effect.runPromise(
      Effect.forEach(items, (item) => Effect.promise(() => isolated(() => work(item))), { concurrency: limit }),
    ),
}
