import type fc from 'fast-check'
import type { VirtualClock } from '../../../src/testing/index.ts'

/** Throws unless it holds. */
export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

/** Waits until the scheduler lets this go on. */
export function move(scheduler: fc.Scheduler, label: string): Promise<unknown> {
  return scheduler.schedule(Promise.resolve(), label)
}

/** Lets time go on, a timer at a move, until `isOver`. */
export async function passTime(scheduler: fc.Scheduler, clock: VirtualClock, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await move(scheduler, 'time')
    await clock.fireNext()
  }
}
