import type { AsyncContext } from './async-context.ts'
import type { Expiry } from './expiry.ts'
import type { Execution, ToolError, UnsuccessfulResult } from './result.ts'
import type { TimeLimitOptions } from './time-limits.ts'

/** How the attempts of a call have come out that is tried again. */
export interface Tried {
  readonly firstStartedAt: number
  readonly attempts: number
  /** How the last one came out: the call's result, unless another attempt betters it. */
  readonly status: UnsuccessfulResult['status']
  readonly error: ToolError
  readonly execution: Execution
  readonly thrown: unknown
}

/** What only few calls have; the batch keeps it for them, so that it is no field of each. */
export class Particulars {
  /** What the host said of this very call. */
  limits: TimeLimitOptions | undefined
  /** Ends the call at its deadline. */
  deadline: Expiry | undefined
  /** When that is. */
  deadlineAt = Infinity
  /** The arguments as they came, for a tool that may be tried again: each attempt gets its own. */
  arguments: unknown
  /** Where the call came from, for its further attempts. */
  context: AsyncContext | undefined
  tried: Tried | undefined
}
