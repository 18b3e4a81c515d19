import type { AdmissionController } from './controller.ts'
import { type Clock, MAX_DELAY_MS, systemClock } from '../host/clock.ts'
import { type Random, systemRandom } from '../host/random.ts'
import { checkLogger } from '../contract/call-options.ts'
import type { Isolator } from '../contract/isolation.ts'
import type { Logger } from '../contract/logger.ts'
import { defined } from '../contract/fields.ts'
import { checkCount, checkDuration, checkOneOf, checkType, MisuseError } from '../contract/misuse.ts'
import { checkOptions, optionNames } from '../contract/option-names.ts'
import { type QueueBound, queueBound, type QueueOptions } from '../contract/queue-bound.ts'
import type { JsonSchemaCompiler } from '../contract/schema.ts'
import { checkTimeLimits, DEFAULT_TIMEOUT_MS, type NameTimeLimit } from '../contract/time-limits.ts'
import { checkUnusable } from '../contract/tool-problem.ts'
import type { AnyTool } from '../tool/tool.ts'
import type { RedactionOptions } from '../values/redaction.ts'
import { type KeepingOptions, type ResultLimits, resultLimits } from '../values/result-store.ts'

/** The options of an executor. All but the tools have a default. */
export interface ToolExecutorOptions extends KeepingOptions, RedactionOptions {
  /** The tools that calls may name; each name once. */
  readonly tools: readonly AnyTool[]
  /**
   * The most tools of this executor that run at once, over all its batches: at least 1, or `Infinity`.
   * @default 10
   */
  readonly maxParallelTools?: number
  /**
   * The controller that decides which call runs next. Executors that share one share its limits, and those of their tools.
   * @default one of its own, without a limit above `maxParallelTools`
   */
  readonly admission?: AdmissionController
  /** The most calls that wait, and the policy for further calls. @default 100 000; further calls are rejected */
  readonly queue?: QueueOptions
  /**
   * Whether calls that a tool makes on any executor, or through agents, count as nested like those on `ctx.executor`:
   * recognised by the async context in which they are made. Costs about a quarter of a microsecond for each call. Agents
   * have it on, also on an executor that is given to them.
   * @default false
   */
  readonly trackNesting?: boolean
  /**
   * Whether calls with conflicting effects run one after the other, in call order: see `effects` of a tool. With `off` all calls
   * run side by side, whatever their tools declare, and conflicting writes are lost.
   * @default 'on'
   */
  readonly effects?: 'on' | 'off'
  /**
   * Whether to report overlaps that look like undeclared effects: calls of tools that declare none, which run at once and
   * name the same file, URL or key in their arguments; as `overlap_suspected` events, and as warnings to the logger, once for
   * each pair of tools. For development: it looks at the arguments of every call.
   * @default false
   */
  readonly reportOverlaps?: boolean
  /**
   * A call that conflicts with an abandoned call that may still write, once `abandonedHoldMs` have passed: `start` runs it
   * beside the abandoned one; `reject` rejects it (`uncertain_effects`) until the abandoned one has ended.
   * @default 'start'
   */
  readonly onUncertain?: 'start' | 'reject'
  /**
   * A tool that cannot be used, e.g. one of a foreign server whose schema is malformed: with `throw`, the constructor throws;
   * with `omit`, the tool is left out, so calls of it are `unknown_tool`, and `problems` and a warning to the logger name it.
   * @default 'throw'
   */
  readonly onUnusableTool?: 'throw' | 'omit'
  /**
   * A JSON Schema with a pattern that cannot be checked, e.g. one in the syntax of Python: with `refuse`, its tool cannot be
   * used; with `skip`, that pattern accepts every text and the rest of the schema is checked. `problems` and a warning to the
   * logger name each such pattern.
   * @default 'refuse'
   */
  readonly onUncheckablePattern?: 'refuse' | 'skip'
  /** The deepest nesting of calls in calls: 0 to 100; deeper calls are rejected. @default 8 */
  readonly maxDepth?: number
  /** The most calls that one call may make: at least 1, or `Infinity`; further calls are rejected. @default 1 000 */
  readonly maxNestedCalls?: number
  /**
   * The timeout of an attempt of a tool without one of its own, in milliseconds: 1 to 2 147 483 647, or `Infinity`.
   * @default 120 000
   */
  readonly timeoutMs?: number
  /**
   * Names the place where a timeout is set, for the message that says where to raise it: a host whose users never see
   * `timeoutMs` gives its own words. If it throws, or returns none, the message says `the tool's timeoutMs`.
   *
   * @example
   * ```ts
   * import { ToolExecutor } from 'aof-runtime'
   *
   * new ToolExecutor({
   *   tools: [],
   *   nameTimeLimit: ({ layer, tool }) => (layer === 'tool' ? `timeout of ${tool} in settings.toml` : undefined),
   * })
   * ```
   */
  readonly nameTimeLimit?: NameTimeLimit
  /**
   * The longest time of an attempt without progress, for tools without a limit of their own, in milliseconds: 1 to
   * 2 147 483 647, or `Infinity` for no limit.
   * @default Infinity
   */
  readonly idleTimeoutMs?: number
  /**
   * The deadline of each call's result, in milliseconds from its acceptance, including waiting and further attempts: 1 to
   * 2 147 483 647, or `Infinity`. The earliest of all deadlines of a call (its own, the batch's, the tool's and this) counts.
   * @default Infinity
   */
  readonly deadlineMs?: number
  /**
   * The number of abandoned attempts of one tool, still running, at which its calls are `rejected`: at least 1, or `Infinity`.
   * @default 10
   */
  readonly maxAbandoned?: number
  /**
   * The longest time for which the event loop may be blocked without a report, in milliseconds: 20 to 2 147 483 647, or
   * `Infinity`. Longer blocks while tools run are reported as a `stalled` event, and as a warning to the logger, with the tools' names.
   * @default 250; `Infinity` with a clock of your own
   */
  readonly stallMs?: number
  /**
   * The longest time for which an abandoned attempt that still runs retains the permits of its tool and key, and the effects of
   * its call, in milliseconds: 0 to 2 147 483 647.
   * @default 30 000
   */
  readonly abandonedHoldMs?: number
  /**
   * The time that a tool has to end after its signal, before it is abandoned, in milliseconds: 0 to 60 000.
   * @default 50
   */
  readonly graceMs?: number
  /**
   * The largest arguments of a call, in bytes of JSON: at least 2.
   * @default 1 048 576 (1 MiB)
   */
  readonly maxArgumentsBytes?: number
  /** Gets the log lines. @default none */
  readonly logger?: Logger
  /** The source of time and timers. @default the machine's monotonic clock */
  readonly clock?: Clock
  /** Draws the names of runs, and the waits between the attempts of a call. @default the platform's cryptographic source */
  readonly random?: Random
  /** Compiles JSON Schemas to validators. @default the validator of `aof-runtime` */
  readonly compileJsonSchema?: JsonSchemaCompiler
  /** Runs tools with `isolation`. @default the threads and processes of `aof-runtime`, on Node */
  readonly isolator?: Isolator
}

/** The options with a plain default. */
type Defaulted =
  | ('maxParallelTools' | 'trackNesting' | 'effects' | 'reportOverlaps' | 'onUncertain' | 'onUnusableTool')
  | ('onUncheckablePattern' | 'maxDepth' | 'maxNestedCalls' | 'timeoutMs' | 'idleTimeoutMs' | 'deadlineMs')
  | ('maxAbandoned' | 'stallMs' | 'abandonedHoldMs' | 'graceMs' | 'maxArgumentsBytes' | 'random')

const DEFAULTS: Required<Pick<ToolExecutorOptions, Defaulted>> = {
  maxParallelTools: 10,
  trackNesting: false,
  effects: 'on',
  reportOverlaps: false,
  onUncertain: 'start',
  onUnusableTool: 'throw',
  onUncheckablePattern: 'refuse',
  maxDepth: 8,
  maxNestedCalls: 1_000,
  timeoutMs: DEFAULT_TIMEOUT_MS,
  idleTimeoutMs: Infinity,
  deadlineMs: Infinity,
  maxAbandoned: 10,
  stallMs: 250,
  abandonedHoldMs: 30_000,
  graceMs: 50,
  maxArgumentsBytes: 1_048_576,
  random: systemRandom,
}

const EXECUTOR_OPTIONS = optionNames<ToolExecutorOptions>({
  ...DEFAULTS,
  tools: true,
  admission: true,
  queue: true,
  nameTimeLimit: true,
  logger: true,
  clock: true,
  compileJsonSchema: true,
  isolator: true,
  maxResultBytes: true,
  maxBatchBytes: true,
  maxSpillBytes: true,
  spill: true,
  openSpillStore: true,
  secrets: true,
  redact: true,
})

/** The options of an executor, checked, with all defaults. */
export interface ExecutorSettings
  extends
    Required<Pick<ToolExecutorOptions, Defaulted>>,
    Pick<ToolExecutorOptions, 'compileJsonSchema' | 'isolator' | 'logger' | 'nameTimeLimit'> {
  readonly queue: QueueBound
  readonly results: ResultLimits
}

/** @throws MisuseError for an unknown option */
export function checkOptionNames(options: ToolExecutorOptions): void {
  checkOptions('', options, EXECUTOR_OPTIONS)
  checkUnusable(options)
}

/**
 * The options with all defaults.
 *
 * @param clock the clock of the executor and of its admission controller
 * @throws MisuseError for an option that is out of its bounds
 */
export function executorSettings(options: ToolExecutorOptions, clock: Clock): ExecutorSettings {
  const stallMs = clock === systemClock ? DEFAULTS.stallMs : Infinity
  const settings = { ...DEFAULTS, stallMs, ...defined(options) }
  if (settings.logger !== undefined) checkLogger(settings.logger)
  checkType('reportOverlaps', settings.reportOverlaps, 'boolean')
  checkOneOf('effects', settings.effects, ['on', 'off'])
  checkOneOf('onUncertain', settings.onUncertain, ['start', 'reject'])
  checkType('trackNesting', settings.trackNesting, 'boolean')
  checkType('random', settings.random, 'function')
  checkType('compileJsonSchema', settings.compileJsonSchema, 'function')
  if (settings.isolator !== undefined && typeof settings.isolator?.start !== 'function')
    throw new MisuseError('isolator', 'an object with start and close', settings.isolator)
  checkDuration('stallMs', settings.stallMs, 20, MAX_DELAY_MS, true)
  checkCount('maxParallelTools', settings.maxParallelTools, 1, undefined, true)
  checkTimeLimits('', settings)
  if (settings.nameTimeLimit !== undefined && typeof settings.nameTimeLimit !== 'function')
    throw new MisuseError('nameTimeLimit', 'a function of the place of a time limit', settings.nameTimeLimit)
  checkDuration('graceMs', settings.graceMs, 0, 60_000)
  checkCount('maxAbandoned', settings.maxAbandoned, 1, undefined, true)
  checkDuration('abandonedHoldMs', settings.abandonedHoldMs, 0, MAX_DELAY_MS)
  checkCount('maxDepth', settings.maxDepth, 0, 100)
  checkCount('maxNestedCalls', settings.maxNestedCalls, 1, undefined, true)
  checkCount('maxArgumentsBytes', settings.maxArgumentsBytes, 2)
  return { ...settings, queue: queueBound(options.queue), results: resultLimits(options) }
}
