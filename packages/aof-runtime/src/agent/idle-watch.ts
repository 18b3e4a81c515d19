import type { Clock } from '../core/host/clock.ts'

/** The default for the longest time without a part of the answer. */
export const MODEL_IDLE_TIMEOUT_MS = 120_000

/** The model sent nothing for too long. */
export class ModelIdle extends Error {
  override readonly name: string = 'ModelIdle'
  /** The code of a connection that timed out, so that the request is repeated. */
  readonly code = 'ETIMEDOUT'

  constructor(idleMs: number) {
    super(`the model sent nothing for ${idleMs} ms (modelIdleTimeoutMs; raise it for a model that thinks longer)`)
  }
}

/** Notices that nothing happens for a time. */
export interface IdleWatch {
  /** Begins the time anew. Sets no timer. */
  touch(): void
  stop(): void
}

/** Calls `onIdle` once, after `ms` milliseconds without a call of `touch`. */
export function watchIdle(clock: Clock, ms: number, onIdle: () => void): IdleWatch {
  let touchedAt = clock.now()
  const look = (): void => {
    const leftMs = touchedAt + ms - clock.now()
    if (leftMs <= 0) onIdle()
    else timer = clock.setTimer(look, leftMs)
  }
  let timer = clock.setTimer(look, ms)
  return { touch: () => void (touchedAt = clock.now()), stop: () => timer.clear() }
}
