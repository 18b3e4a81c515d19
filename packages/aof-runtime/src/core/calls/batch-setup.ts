import type { Limit } from '../admission/limit.ts'
import type { CallOptions } from '../contract/call-options.ts'
import type { Logger } from '../contract/logger.ts'
import type { ReferenceSyntax } from '../order/dependencies/references.ts'
import type { ResultLimits, SpillTarget } from '../values/result-store.ts'
import type { EventHub } from './event-hub.ts'
import type { BatchOwner, Nesting } from './nesting.ts'
import type { Runs } from './runs.ts'
import type { Services } from './services.ts'
import type { Stages } from './stages.ts'

/** The parts of an executor that its batches use. */
export interface BatchServices
  extends
    Services<
      | 'admission'
      | 'clock'
      | 'conflicts'
      | 'counters'
      | 'hasDeadlines'
      | 'deadlineMs'
      | 'idleTimeoutMs'
      | 'nameTimeLimit'
      | 'timeoutMs'
      | 'timeouts'
    >,
    Stages {
  readonly owner: BatchOwner
  readonly events: EventHub
  readonly runs: Runs
  /** Its place among all batches of the controller. */
  readonly nextOrder: () => number
  readonly resultLimits: ResultLimits
  readonly spill: Omit<SpillTarget, 'owner'>
  /** The executor's `maxParallelTools`. */
  readonly limit: Limit
}

/** The setup of a batch: the caller's options, with those of the executor as defaults. */
export interface BatchSetup {
  readonly services: BatchServices
  readonly number: number
  readonly options: CallOptions
  /** The number of calls, if they come all at once. */
  readonly size: number | undefined
  readonly logger: Logger | undefined
  /** The nested calls that its calls belong to. */
  readonly nesting: Nesting | undefined
  readonly referenceSyntax: ReferenceSyntax
  /** Draws the name of the run if the caller gave none; most runs are never asked for it. */
  readonly drawRun: () => string
  /** Runs once, when the batch is closed and every call has its result. */
  readonly onSettled: () => void
}
