import { type AsyncContext, captureAsyncContext } from '../host/async-context.ts'
import type { Demands } from '../admission/demands.ts'
import type { Flow } from '../admission/flow.ts'
import type { Attempt } from '../attempt/attempt.ts'
import type { Backoff } from '../attempt/backoff.ts'
import type { InputCheck } from './input-check.ts'
import type { Precedence } from './precedence.ts'
import type { ProbeWait } from './probe-wait.ts'

/** Where a call is on its way from its place to its result; a state that has data of its own is an object of its own. */
export type CallState =
  | typeof RESERVED
  | typeof READING
  | InputCheck
  | typeof READY
  | Precedence
  | Queued
  | Admitted
  | ProbeWait
  | Attempt
  | Backoff
  | typeof WITHDRAWN
  | typeof SETTLED

/** It has a place, and no arguments yet. */
export const RESERVED = { phase: 'reserved' } as const

/** Its arguments are being read and validated, at this moment. */
export const READING = { phase: 'reading' } as const

/** Its arguments are good; no permit has been asked for. */
export const READY = { phase: 'ready' } as const

/** It waits for what it needs, to start in its caller's async context. Calls that came together share one. */
export class Queued {
  readonly phase = 'queued'
  readonly flow: Flow
  readonly context: AsyncContext
  /** The state that follows, once a call of these has been admitted. */
  #admitted: Admitted | undefined

  /** @param context if it is known already */
  constructor(flow: Flow, context: AsyncContext = captureAsyncContext()) {
    this.flow = flow
    this.context = context
  }

  get admitted(): Admitted {
    return (this.#admitted ??= new Admitted(this.flow.demands))
  }
}

/** It has all that it waited for and is about to start; what ends it now gives that back. */
export class Admitted {
  readonly phase = 'admitted'
  readonly demands: Demands

  constructor(demands: Demands) {
    this.demands = demands
  }
}

/** It found the queue full and waits outside of it. */
export class Outside extends Queued {
  readonly isOutside = true
}

/** It has given up waiting, and is about to have its result. */
export const WITHDRAWN = { phase: 'withdrawn' } as const

/** It has its result, for good; the batch keeps it. */
export const SETTLED = { phase: 'settled' } as const
