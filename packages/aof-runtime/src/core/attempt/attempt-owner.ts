import type { Backend } from './backend.ts'
import type { Clock } from '../host/clock.ts'
import type { Timeouts } from '../host/timeouts.ts'
import type { WorkerLost } from '../contract/isolation.ts'
import type { Execution } from '../contract/result.ts'
import type { TimeLimit } from '../contract/time-limits.ts'
import type { Output, OutputRules } from '../values/output.ts'
import type { ResultOwner } from '../values/result-store.ts'

/** The reason for which an attempt was cut short; `idle`: it reported no progress for too long. */
export type Cut = 'timeout' | 'idle' | 'deadline' | 'abort'

/** The outcome of an abandoned tool that ended after all. */
export type LateOutcome = { readonly returned: unknown } | { readonly thrown: unknown }

/** The circumstances of a cut. */
export interface CutDetails {
  /** The deadline that cut the attempt. */
  cutBy?: TimeLimit
  /** The message of a `ToolFailure` with which the tool ended after its signal. */
  lastWords?: string
  /** Whether the tool was, or is being, ended by force. */
  isKilled?: boolean
}

/** The parts of an executor that its attempts use. */
export interface AttemptServices {
  readonly clock: Clock
  readonly timeouts: Timeouts
  /** The time that a tool has to end after its signal, in milliseconds. */
  readonly graceMs: number
}

/** The owner of an attempt: it runs the tool, gets exactly one report of its end, and decides what that means. */
export interface AttemptOwner {
  readonly services: AttemptServices
  /** The place where the tool runs; undefined for this thread. */
  readonly backend: Backend | undefined
  /** The rules that make the tool's output of the value that it returns. */
  readonly tool: OutputRules
  /** The owner of the results, which keeps the output. */
  readonly resultOwner: ResultOwner
  /** Whether the call, or one of its parents, is being aborted or is past its deadline, though the attempt may not be cut yet. */
  readonly isStopping: boolean
  /** Whether the call's batch, or one of its parents, was aborted. */
  readonly isAborted: boolean
  /** Calls the tool's function, and returns what that returns. */
  execute(): unknown
  /** The reason that the tool's signal gives. */
  abortReason(cut: Cut): unknown
  /** The tool has been signalled: its nested calls end for the same reason. */
  signalled(reason: unknown): void
  /**
   * The tool is about to run; elsewhere, a worker has taken the call.
   *
   * @returns whether a listener or a logger has run, so that time may have passed
   */
  attemptBegan(): boolean
  /** The tool reported progress. */
  progressed(value: unknown): void
  /** The tool wrote to its logger from elsewhere. */
  logged(level: 'debug' | 'info' | 'warn' | 'error', message: string): void
  /** The tool ended in time. */
  attemptEnded(output: Output): void
  /** The tool was signalled, and ended within the grace or is abandoned; or it was not run at all. */
  attemptCut(cut: Cut, execution: Execution): void
  /** The worker died that ran the tool, or was to run it. */
  attemptLost(lost: WorkerLost): void
  /** A tool that had been abandoned ended after all. */
  abandonedEnded(abandonedAt: number, outcome: LateOutcome): void
}
