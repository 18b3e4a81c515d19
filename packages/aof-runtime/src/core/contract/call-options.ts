import { checkOptions, namesOf } from './option-names.ts'
import { Budget } from './budget.ts'
import type { ToolEventListener } from './events.ts'
import type { Logger } from './logger.ts'
import { checkCount, checkType, MisuseError } from './misuse.ts'
import { isInstance } from './safe-checks.ts'
import { checkTimeLimits } from './time-limits.ts'

/** Options of a batch, or of one call that the application makes. The nearest setting wins: call, batch, tool, executor. */
export interface CallOptions {
  /** Aborts calls that have not started, and the signals of running calls. */
  readonly signal?: AbortSignal
  /** The application's own object, passed to the tools as `ctx.context`: by reference, never copied, logged or shown to a model. */
  readonly context?: unknown
  /**
   * The run that the batch belongs to: 1 to 256 characters. It is part of each call's idempotency key, so a run that is
   * to be repeated with the same keys needs the same name and the same turns.
   * A weight, more than 0, gives the run that many times the share of a run of weight 1 while several runs wait for permits;
   * a run keeps the weight of its first batch. Nested calls count towards the run of the call that made them, unless they
   * get a weight of their own.
   * @default a new name, different in every process
   */
  readonly run?: string | { readonly id: string; readonly weight: number }
  /**
   * The turn within the run, at least 0: like the run a part of each call's idempotency key. Without it the turns of a named run
   * are counted in the order in which its batches are opened, by all executors that share an admission controller. The controller
   * keeps the counters of the 10 000 runs that became idle last; give turns if a run continues in another process.
   * @default the last turn of a named run plus 1, else 0
   */
  readonly turn?: number
  /**
   * Timeout of each attempt in milliseconds, 1 to 2 147 483 647, or `Infinity`.
   * @default the tool's `timeoutMs`, else the executor's
   */
  readonly timeoutMs?: number
  /**
   * The longest time of an attempt without progress, in milliseconds, 1 to 2 147 483 647, or `Infinity`.
   * @default the tool's `idleTimeoutMs`, else the executor's
   */
  readonly idleTimeoutMs?: number
  /**
   * The deadline of every call, in milliseconds from the batch's opening, 1 to 2 147 483 647, or `Infinity`: by then it has its
   * result. The time also runs while calls wait. The earliest deadline of a call counts.
   * @default none
   */
  readonly deadlineMs?: number
  /** The rank of waiting calls, −100 to 100: the higher one starts first. @default the tool's `priority`, else 0 */
  readonly priority?: number
  /** The most calls of the batch: at least 1, or `Infinity`; further calls are rejected. @default Infinity */
  readonly maxCalls?: number
  /** The limits of the run; everything that gets the same budget shares it. @default no limits */
  readonly budget?: Budget
  /** The logger for this batch's log lines. @default the executor's `logger` */
  readonly logger?: Logger
  /** Gets the events of this batch, synchronously and in order; `subscribe` of the executor gets those of all batches. */
  readonly onEvent?: ToolEventListener
}

const CALL_OPTIONS = namesOf<CallOptions>()(
  'signal context run turn timeoutMs idleTimeoutMs deadlineMs priority maxCalls budget logger onEvent',
)

const RUN_OPTIONS = namesOf<Exclude<CallOptions['run'], string | undefined>>()('id weight')

export function checkCallOptions(options: CallOptions): void {
  checkOptions('', options, CALL_OPTIONS)
  const { signal, run, turn, priority, maxCalls, budget, logger, onEvent } = options
  if (signal !== undefined && !isSignal(signal)) throw new MisuseError('signal', 'an AbortSignal', signal)
  if (run !== undefined) checkRun(run)
  if (turn !== undefined) checkCount('turn', turn, 0)
  if (priority !== undefined) checkPriority('priority', priority)
  if (maxCalls !== undefined) checkCount('maxCalls', maxCalls, 1, undefined, true)
  checkTimeLimits('', options)
  if (budget !== undefined && !isInstance(budget, Budget)) throw new MisuseError('budget', 'a Budget', budget)
  if (logger !== undefined) checkLogger(logger)
  checkType('onEvent', onEvent, 'function')
}

function isSignal(given: AbortSignal | null): boolean {
  return typeof given?.addEventListener === 'function' && typeof given.removeEventListener === 'function'
}

function checkRun(run: NonNullable<CallOptions['run']>): void {
  const id: unknown = typeof run === 'object' && run !== null ? run.id : run
  if (typeof id !== 'string' || id.length === 0 || id.length > 256)
    throw new MisuseError(id === run ? 'run' : 'run.id', 'a string of 1 to 256 characters', id)
  if (id === run) return
  checkOptions('run', run as object, RUN_OPTIONS)
  const { weight } = run as { readonly weight: unknown }
  if (typeof weight !== 'number' || !(weight > 0 && weight < Infinity))
    throw new MisuseError('run.weight', 'a number greater than 0', weight)
}

/** Throws a {@link MisuseError} unless `logger` has the four methods. */
export function checkLogger(logger: Logger): void {
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    if (typeof logger?.[level] !== 'function')
      throw new MisuseError('logger', `an object with debug, info, warn and error (${level} is missing)`, logger)
  }
}

export function checkPriority(option: string, priority: number): void {
  checkCount(option, priority, -100, 100)
}
