import type { TimerHandle } from '../host/clock.ts'

/** The wait before a call's next attempt; it holds no permit. */
export class Backoff {
  readonly phase = 'backing_off'
  readonly timer: TimerHandle

  constructor(timer: TimerHandle) {
    this.timer = timer
  }
}
