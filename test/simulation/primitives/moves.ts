import type fc from 'fast-check'
import type { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'

/** Throws unless it holds. */
export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

/** The error that callbacks throw in a test; the caller of the step gets it after the step. */
const PLANNED = new Error('as planned')

export function throwPlanned(): never {
  throw PLANNED
}

/** Does something in which code of others may throw. */
export async function despiteThrows(act: () => unknown): Promise<void> {
  try {
    await act()
  } catch (thrown) {
    if (thrown !== PLANNED) throw thrown
  }
}

/** Waits until the scheduler lets this go on. */
export function move(scheduler: fc.Scheduler, label: string): Promise<unknown> {
  return scheduler.schedule(Promise.resolve(), label)
}

/** Lets time go on, a timer at a move, until `isOver`. */
export async function passTime(scheduler: fc.Scheduler, clock: VirtualClock, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await move(scheduler, 'time')
    await despiteThrows(() => clock.fireNext())
  }
}
