import type { Clock, TimerHandle } from '../core/host/clock.ts'

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

/** Calls back once after a time without a call of `touch`. `touch` sets no timer. */
export class IdleWatch {
  readonly #clock: Clock
  readonly #ms: number
  readonly #onIdle: () => void
  #touchedAt: number
  #timer: TimerHandle

  constructor(clock: Clock, ms: number, onIdle: () => void) {
    this.#clock = clock
    this.#ms = ms
    this.#onIdle = onIdle
    this.#touchedAt = clock.now()
    this.#timer = clock.setTimer(this.#look, ms)
  }

  touch(): void {
    this.#touchedAt = this.#clock.now()
  }

  stop(): void {
    this.#timer.clear()
  }

  readonly #look = (): void => {
    const leftMs = this.#touchedAt + this.#ms - this.#clock.now()
    if (leftMs <= 0) this.#onIdle()
    else this.#timer = this.#clock.setTimer(this.#look, leftMs)
  }
}
