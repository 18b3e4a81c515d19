import type { AsyncContext } from '../host/async-context.ts'
import type { CallFailure } from './call-failure.ts'
import type { Expiry } from '../host/expiry.ts'
import type { Precedence } from './precedence.ts'
import type { OwnTimeLimits } from '../contract/time-limits.ts'

/** How the last attempt of a call came out that is tried again: its result, unless another attempt betters it. */
export interface Tried extends CallFailure {
  readonly firstStartedAt: number
  readonly attempts: number
}

/** What only few calls have; the batch keeps it for them, so that it is no field of each. */
export class Particulars {
  /** What the host said of this very call. */
  limits: OwnTimeLimits | undefined
  /** Ends the call at its deadline. */
  deadline: Expiry | undefined
  /** When that is. */
  deadlineAt: number = Infinity
  /** The arguments as they came, for a tool that may be tried again: each attempt gets its own. */
  arguments: unknown
  /** Where the call came from, for its further attempts. */
  context: AsyncContext | undefined
  tried: Tried | undefined
  priority: number | undefined
  /** Rejects the call when it has waited for too long. */
  queueDeadline: Expiry | undefined
  /** Whether it was counted among the calls that its maker may make. */
  isLetIn: boolean = false
  /** Whether the call that made it was told that it began. */
  began: boolean = false
  /** What the host says that it depends on. */
  dependsOn: readonly (string | number)[] | undefined
  /** What comes before it and after it. */
  precedence: Precedence | undefined
  /** Once it has been read. */
  idempotencyKey: string | undefined
  /** What its tool counts it under. */
  key: string | undefined
}
