import type { HeapEntry } from '../collections/binary-heap.ts'
import type { Ageing, RunQueue } from './demand-queue.ts'
import type { Flow } from './flow.ts'
import type { Waiter } from './waiter.ts'

/** Waiting calls of one flow of which only the first has to be compared with others: none is older, and none ranks higher. */
export interface Line extends HeapEntry {
  readonly flow: Flow
  /** Calls that wait. */
  readonly size: number
  /** The first of them, which stays; also the one that has waited longest. */
  peek(): Waiter | undefined
  /** Where it stands in the queue of what its flow is parked on. */
  place: RunQueue | undefined
  /** When its priority rises next; undefined where it never does. */
  ageing: Ageing | undefined
}
