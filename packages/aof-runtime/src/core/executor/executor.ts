import { checkOptions, optionNames } from '../contract/option-names.ts'
import { Counters, type WaitingStats } from '../admission/counters.ts'
import { AdmissionController, controllerParts } from './controller.ts'
import { Limit } from '../admission/limit.ts'
import type { ToolStats } from '../admission/tool-demands.ts'
import { Batch } from '../calls/batch.ts'
import { retriesInVain } from '../calls/call-failure.ts'
import { type CallOptions, checkCallOptions, checkLogger } from '../contract/call-options.ts'
import type { CallRecord } from '../calls/call-record.ts'
import type { ToolCall } from '../contract/call.ts'
import { type Clock, MAX_DELAY_MS, systemClock } from '../host/clock.ts'
import { type CompiledTool, compileTool } from '../tool/compiled-tool.ts'
import type { ReferenceSyntax } from '../order/dependencies/references.ts'
import type { Engine, EngineLimits } from '../calls/engine.ts'
import { EventHub } from '../calls/event-hub.ts'
import type { BreakerState, ToolEventListener } from '../contract/events.ts'
import type { Isolator } from '../contract/isolation.ts'
import { closeStore, type KeepingOptions, resultLimits, openFiles, openStore } from '../values/result-store.ts'
import { OverlapWatch } from '../order/effects/overlap-watch.ts'
import { filesRemovedLine, idleRetryLine, omittedToolLine, overlapLine, stalledLine } from '../calls/log-lines.ts'
import { guardedLogger, type Logger } from '../contract/logger.ts'
import { checkCount, checkDuration, MisuseError } from '../contract/misuse.ts'
import { callOne, nestedExecutor, type NestedOpener } from '../calls/nested-executor.ts'
import { type Nesting, trackedCallIsStopped, trackedNesting } from '../calls/nesting.ts'
import { StreamedBatch } from '../calls/open-batch.ts'
import { queueBound, type QueueOptions } from '../contract/queue-bound.ts'
import type { RunTurns } from '../calls/run-turns.ts'
import { drawId, type Random, systemRandom } from '../host/random.ts'
import { readCalls } from '../contract/call-shape.ts'
import { Redaction, type RedactionOptions } from '../values/redaction.ts'
import type { ToolResult } from '../contract/result.ts'
import { DenseSet, type DenseSetPlace } from '../collections/dense-set.ts'
import { forEachSafely } from '../contract/safe-checks.ts'
import type { JsonSchemaCompiler, Uncheckable } from '../contract/schema.ts'
import type { SpilledFiles } from '../values/spilled-files.ts'
import { checkStackRoom, emptyStack, hasStackRoom } from '../host/stack-room.ts'
import { StallWatch } from '../calls/stall-watch.ts'
import { checkTimeLimits, DEFAULT_TIMEOUT_MS, type NameTimeLimit } from '../contract/time-limits.ts'
import { Timeouts } from '../host/timeouts.ts'
import { ToolGuard } from '../attempt/tool-guard.ts'
import { ToolRegistry } from '../tool/tool-registry.ts'
import { printable } from '../contract/text.ts'
import { checkUnusable, placeInTool, problemOf, type ToolProblem, UnusableTool } from '../contract/tool-problem.ts'
import type { AnyTool, Tool } from '../tool/tool.ts'
import { BoundedQueue } from '../admission/bounded-queue.ts'
import { checkTool } from '../tool/define-tool.ts'
import type { OpenBatch } from '../contract/open-batch.ts'

/** What an executor is made with. Everything has a default but the tools. */
export interface ToolExecutorOptions extends KeepingOptions, RedactionOptions {
  /** The tools that calls may name. No two of one name. */
  readonly tools: readonly AnyTool[]
  /**
   * How many tools of this executor run at once, over all its batches: at least 1, or `Infinity`.
   * @default 10
   */
  readonly maxParallelTools?: number
  /**
   * Who decides which calls run next. Executors that share one keep its limits together, and those of their tools.
   * @default one of its own, without a limit above `maxParallelTools`
   */
  readonly admission?: AdmissionController
  /** How many calls may wait, and what happens to the others. @default 100 000, the others are rejected */
  readonly queue?: QueueOptions
  /**
   * Whether calls that a tool makes on any executor, or through agents, count as nested like those on `ctx.executor`:
   * recognised by the async context in which they are made. Costs about a quarter of a microsecond for each call. Agents have it on.
   * @default false
   */
  readonly trackNesting?: boolean
  /**
   * Whether calls whose effects are in conflict run one after the other, in call order: see `effects` of a tool. `off` runs
   * everything side by side, whatever its tools say, and loses writes where they meet.
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
  /** How deep calls may be nested in calls: 0 to 100; those beyond are rejected. @default 8 */
  readonly maxDepth?: number
  /** How many calls one call may make: at least 1, or `Infinity`; those beyond are rejected. @default 1 000 */
  readonly maxNestedCalls?: number
  /**
   * How long one attempt of a tool may take that has no timeout of its own: 1 to 2 147 483 647 milliseconds, or `Infinity`.
   * @default 120 000
   */
  readonly timeoutMs?: number
  /**
   * Names the place where a timeout is set, for the message that says where to raise it: a host whose users never see
   * `timeoutMs` gives its own words. Where it throws, or gives none, the message says `the tool's timeoutMs`.
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
   * How long an attempt may go on without reporting progress, for tools that do not say so themselves: 1 to 2 147 483 647
   * milliseconds, or `Infinity` for no limit.
   * @default Infinity
   */
  readonly idleTimeoutMs?: number
  /**
   * By when each call must have its result, in milliseconds from its acceptance, waiting and further attempts included: 1
   * to 2 147 483 647, or `Infinity`. Of all deadlines of a call (its own, the batch's, the tool's and this) the earliest
   * counts.
   * @default Infinity
   */
  readonly deadlineMs?: number
  /**
   * How many abandoned attempts of one tool may still run before its calls are `rejected`: at least 1, or `Infinity`.
   * @default 10
   */
  readonly maxAbandoned?: number
  /**
   * How long the event loop may stand still unnoticed, in milliseconds: 20 to 2 147 483 647, or `Infinity`. Longer ones
   * that happen while tools run are reported as a `stalled` event, and as a warning to the logger, with the tools' names.
   * @default 250; `Infinity` with a clock of your own
   */
  readonly stallMs?: number
  /**
   * How long the permits of its tool and key, and what its call may write to, are kept for an abandoned attempt that still
   * runs: 0 to 2 147 483 647 milliseconds.
   * @default 30 000
   */
  readonly abandonedHoldMs?: number
  /**
   * How long a tool may take to end after its signal, before it is abandoned: 0 to 60 000 milliseconds.
   * @default 50
   */
  readonly graceMs?: number
  /**
   * The largest arguments of a call, in bytes of JSON: at least 2.
   * @default 1 048 576 (1 MiB)
   */
  readonly maxArgumentsBytes?: number
  /** Where log lines go. @default nowhere */
  readonly logger?: Logger
  /** The source of time and timers. @default the machine's monotonic clock */
  readonly clock?: Clock
  /** Draws the names of runs. @default the platform's cryptographic source */
  readonly random?: Random
  /** How JSON Schemas become validators. @default the validator of `aof-runtime` */
  readonly compileJsonSchema?: JsonSchemaCompiler
  /** How tools with `isolation` run. @default the threads and processes of `aof-runtime`, on Node */
  readonly isolator?: Isolator
}

const EXECUTOR_OPTIONS = optionNames<ToolExecutorOptions>({
  tools: true,
  maxParallelTools: true,
  admission: true,
  queue: true,
  trackNesting: true,
  effects: true,
  reportOverlaps: true,
  onUncertain: true,
  onUnusableTool: true,
  onUncheckablePattern: true,
  maxDepth: true,
  maxNestedCalls: true,
  timeoutMs: true,
  nameTimeLimit: true,
  idleTimeoutMs: true,
  deadlineMs: true,
  maxAbandoned: true,
  stallMs: true,
  abandonedHoldMs: true,
  graceMs: true,
  maxArgumentsBytes: true,
  logger: true,
  clock: true,
  random: true,
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

const CLOSE_OPTIONS = optionNames<NonNullable<Parameters<ToolExecutor['close']>[0]>>({ drainMs: true })

/** What {@link ToolExecutor.stats} tells of this moment. */
export interface ExecutorStats {
  /** Calls whose tool is running; each holds a permit. */
  readonly running: number
  /** Calls that wait to start: for others, in the queue, or outside of it. */
  readonly waiting: number
  /** Those that are not outside of the queue, by what they wait for: the first of these that is not there. */
  readonly waitingFor: Readonly<WaitingStats>
  /** Calls that wait for calls that they made themselves, or to go on after that; they hold no permit. */
  readonly suspended: number
  /** Tools that we stopped waiting for and that still run; at most their tool's and key's permits are kept for them. */
  readonly abandoned: number
  readonly limits: { readonly maxParallelTools: number }
  /** The registered tools that have limits of their own, and what is left of those. */
  readonly tools: readonly ToolStats[]
}

/** Has to be inside of the class, to see what nobody else does. */
let partsOf: (executor: ToolExecutor) => ExecutorParts | undefined

/** @throws MisuseError for what is no executor */
export function executorParts(executor: ToolExecutor): ExecutorParts {
  const found = typeof executor === 'object' && executor !== null ? partsOf(executor) : undefined
  if (found === undefined) throw new MisuseError('executor', 'a ToolExecutor', executor)
  return found
}

/**
 * Runs the tool calls of a model's turn: concurrently under a limit, each with exactly one result, in call order, no
 * failure touching a sibling.
 *
 * Duty: take options and calls at their word, or refuse them by name; make batches.
 * Boundary: what happens to a call is the business of its record, who runs next that of the admission controller.
 */
export class ToolExecutor {
  static {
    partsOf = (executor) => (#engine in executor ? executor.#parts() : undefined)
  }

  readonly #engine: Engine
  readonly #compileJsonSchema: JsonSchemaCompiler | undefined
  readonly #ordersEffects: boolean
  readonly #logger: Logger | undefined
  readonly #random: Random
  readonly #live = new DenseSet<Batch>()
  /** The limits that all its calls share, its own first. */
  readonly #wide: readonly Limit[]
  /** How calls open batches of their own. */
  readonly #opener: NestedOpener = {
    tools: () => this.tools,
    compiled: (tool) => this.#compiledIfGiven(tool),
    open: (options, size, nesting, by, syntax) => this.#open(options, size, nesting, by, syntax),
  }
  /** Tools that `call` was given and that are not registered, compiled. */
  #foreign: WeakMap<AnyTool, CompiledTool> | undefined
  #batches = 0
  #runPrefix: string | undefined
  #idle: (() => void)[] = []
  #closed: Promise<{ abandoned: number }> | undefined
  /** Whether closing has aborted what there was. */
  #isCut = false
  readonly #sharesAdmission: boolean
  readonly #skipsPatterns: boolean
  readonly #problems: ToolProblem[] = []

  /** @throws MisuseError where an option is impossible, naming it, what is expected and what came */
  constructor(options: ToolExecutorOptions) {
    checkOptions('', options, EXECUTOR_OPTIONS)
    checkUnusable(options)
    this.#skipsPatterns = options.onUncheckablePattern === 'skip'
    const { admission = new AdmissionController(clockOf(options)), trackNesting = false } = options
    const controller = controllerParts(admission)
    const { clock = controller.clock, logger, random = systemRandom, compileJsonSchema, isolator } = options
    if (logger !== undefined) checkLogger(logger)
    if (typeof clock?.now !== 'function' || typeof clock.setTimer !== 'function')
      throw new MisuseError('clock', 'an object with now and setTimer', clock)
    if (clock !== controller.clock) throw new MisuseError('clock', "the admission controller's clock", clock)
    const { effects = 'on', onUncertain = 'start', reportOverlaps = false } = options
    if (typeof reportOverlaps !== 'boolean') throw new MisuseError('reportOverlaps', 'true or false', reportOverlaps)
    if (effects !== 'on' && effects !== 'off') throw new MisuseError('effects', "'on' or 'off'", effects)
    if (onUncertain !== 'start' && onUncertain !== 'reject')
      throw new MisuseError('onUncertain', "'start' or 'reject'", onUncertain)
    if (typeof trackNesting !== 'boolean') throw new MisuseError('trackNesting', 'true or false', trackNesting)
    if (typeof random !== 'function') throw new MisuseError('random', 'a function', random)
    if (compileJsonSchema !== undefined && typeof compileJsonSchema !== 'function')
      throw new MisuseError('compileJsonSchema', 'a function', compileJsonSchema)
    if (isolator !== undefined && typeof isolator?.start !== 'function')
      throw new MisuseError('isolator', 'an object with start and close', isolator)
    const { stallMs = clock === systemClock ? 250 : Infinity } = options
    checkDuration('stallMs', stallMs, 20, MAX_DELAY_MS, true)
    const events = new EventHub(clock, logger)
    const { maxParallelTools = 10 } = options
    checkCount('maxParallelTools', maxParallelTools, 1, undefined, true)
    const limits = checkedLimits(options)
    const limit = new Limit('executor', maxParallelTools)
    const timeouts = new Timeouts(clock)
    this.#sharesAdmission = options.admission !== undefined
    this.#wide = this.#sharesAdmission ? [limit, controller.process] : [limit]
    this.#logger = logger
    this.#random = random
    this.#compileJsonSchema = compileJsonSchema
    this.#ordersEffects = effects === 'on'
    const registry = new ToolRegistry()
    const spillStore = openStore(options)
    this.#engine = {
      clock,
      limits,
      events,
      admission: controller.admission,
      conflicts: controller.conflicts,
      refusesUncertain: onUncertain === 'reject',
      controller,
      limit,
      room: new BoundedQueue(queueBound(options.queue), timeouts, clock),
      census: new Counters(controller.census),
      tracksNesting: trackNesting,
      holds: new DenseSet(),
      nest: (call, attempt) => nestedExecutor(call, attempt, this.#opener),
      timeouts,
      stalls: this.#stallWatch(stallMs, clock, events, logger),
      overlaps: reportOverlaps ? overlapWatch(clock, events, logger) : undefined,
      random,
      isolator,
      redaction: new Redaction(options),
      spillStore,
      spilledFiles: openFiles(spillStore, options, (...removed) => this.#filesRemoved(...removed)),
      registry,
      hasDeadlines: limits.deadlineMs !== Infinity,
      closing: false,
    }
    if (!Array.isArray(options.tools)) throw new MisuseError('tools', 'an array of tools', options.tools)
    for (const [index, tool] of (options.tools as readonly AnyTool[]).entries()) {
      try {
        registry.add(this.#compile(tool, registry))
      } catch (error) {
        if (options.onUnusableTool !== 'omit' || !(error instanceof MisuseError)) throw error
        const problem = problemOf(error, tool, index, 'invalid_tool')
        this.#problems.push(problem)
        this.#warn(omittedToolLine(problem))
      }
    }
  }

  /** What is wrong with the tools that it was given: with those that it has left out, and what it does not check of others. */
  get problems(): readonly ToolProblem[] {
    return [...this.#problems]
  }

  /** The registered tools, in the order they were given. */
  get tools(): readonly AnyTool[] {
    return Array.from(this.#engine.registry.values(), ({ tool }) => tool)
  }

  /**
   * Runs the calls of a turn and resolves to one result for each, in call order.
   *
   * @returns never rejects for anything that a tool or a model does
   * @throws MisuseError (as a rejection) for impossible options, or calls that are no array
   *
   * @example
   * ```ts
   * import { ToolExecutor, defineTool } from 'aof-runtime'
   *
   * const add = defineTool({ name: 'add', execute: ({ a, b }: { a: number; b: number }) => a + b })
   * const executor = new ToolExecutor({ tools: [add] })
   * const results = await executor.executeTools([
   *   { id: '1', name: 'add', arguments: '{"a":1,"b":2}' },
   *   { id: '2', name: 'ad', arguments: {} },
   * ])
   * console.log(results.map((result) => result.status)) // [ 'succeeded', 'invalid' ]
   * ```
   */
  async executeTools(calls: readonly ToolCall[], options: CallOptions = {}): Promise<ToolResult[]> {
    if (!hasStackRoom()) await emptyStack
    const given = readCalls(calls)
    checkCallOptions(options)
    if (given.length === 0) return []
    const batch = this.#open(options, given.length, trackedNesting())
    batch.acceptAll(given)
    return batch.results()
  }

  /**
   * Opens a batch that is filled call by call, so that calls start while the model is still talking.
   *
   * @throws MisuseError for impossible options
   */
  openBatch(options: CallOptions = {}): OpenBatch {
    checkCallOptions(options)
    checkStackRoom('openBatch()')
    return new StreamedBatch(this.#open(options, undefined, trackedNesting()))
  }

  /**
   * Runs one tool with input of the application's own; a tool that is given itself need not be registered.
   *
   * @returns never rejects for anything that a tool does
   * @throws MisuseError (as a rejection) for impossible options
   */
  async call<In, Out, Context>(tool: Tool<In, Out, Context>, input: In, options?: CallOptions): Promise<ToolResult<Out>>
  async call(tool: string, input: unknown, options?: CallOptions): Promise<ToolResult>
  async call(tool: AnyTool | string, input: unknown, options: CallOptions = {}): Promise<unknown> {
    if (!hasStackRoom()) await emptyStack
    checkCallOptions(options)
    const compiled = this.#compiledIfGiven(tool)
    return callOne(this.#open(options, 1, trackedNesting()), tool, input, compiled)
  }

  /**
   * Gets every event from now on, synchronously.
   *
   * @returns a function that ends the subscription
   */
  subscribe(listener: ToolEventListener): () => void {
    if (typeof listener !== 'function') throw new MisuseError('listener', 'a function', listener)
    return this.#engine.events.subscribe(listener)
  }

  /** What is going on right now. */
  stats(): ExecutorStats {
    const { admission, limit, room, census } = this.#engine
    const { dependency, conflict, breaker } = census
    return {
      running: limit.inUse,
      waiting: dependency + conflict + breaker + room.waiting,
      waitingFor: { dependency, conflict, breaker, ...admission.waitingFor(limit) },
      suspended: census.suspended,
      abandoned: census.abandoned,
      limits: { maxParallelTools: limit.max },
      tools: this.#toolStats(),
    }
  }

  #toolStats(): ToolStats[] {
    const { registry, clock } = this.#engine
    const now = clock.now()
    return Array.from(registry.values(), ({ tool, admission }) => admission.stats(tool.name, now)).filter(
      (stats) => stats !== undefined,
    )
  }

  /**
   * How many tools of it run at once. A new number takes effect at once: more start where it has grown; what runs goes on
   * where it has shrunk.
   */
  get maxParallelTools(): number {
    return this.#engine.limit.max
  }

  set maxParallelTools(max: number) {
    checkCount('maxParallelTools', max, 1, undefined, true)
    checkStackRoom('maxParallelTools')
    const { admission, limit, events, clock } = this.#engine
    if (max === limit.max) return
    limit.max = max
    // First, so that nothing starts under a limit that nobody knows of.
    if (events.active) events.emit({ type: 'limit_changed', at: clock.now(), limit: 'maxParallelTools', max })
    admission.resized(limit)
  }

  /**
   * Takes no more calls (they are `rejected`), lets those that it has end for `drainMs`, aborts the rest, and resolves
   * when every call has its result. Again: the same promise.
   *
   * @param options.drainMs 0 to 2 147 483 647, or `Infinity`; 5 000 by default
   * @returns how many tools have been abandoned and still run
   */
  close(options: { readonly drainMs?: number } = {}): Promise<{ abandoned: number }> {
    checkOptions('', options, CLOSE_OPTIONS)
    const { drainMs = 5_000 } = options
    checkDuration('drainMs', drainMs, 0, MAX_DELAY_MS, true)
    return (this.#closed ??= this.#close(drainMs))
  }

  /**
   * A named run is over, and no batch of it is under way: with `spill: { removeAfter: 'run' }` (or `batch`) the files of its large
   * results are removed. The runs of agents end by themselves.
   */
  async endRun(run: string): Promise<void> {
    if (typeof run !== 'string') throw new MisuseError('run', 'the name of a run', run)
    await this.#engine.spilledFiles?.end(run)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(drainMs: number): Promise<{ abandoned: number }> {
    this.#engine.closing = true
    if (this.#live.size > 0) {
      const abort = (): void => {
        this.#isCut = true
        this.#engine.admission.together(() =>
          forEachSafely(this.#live, (batch) => {
            if (!batch.isBeingAccepted) batch.close()
            batch.abort(closedReason())
          }),
        )
      }
      const timer = drainMs === Infinity ? undefined : this.#engine.clock.setTimer(abort, drainMs)
      await new Promise<void>((resolve) => this.#idle.push(resolve))
      timer?.clear()
    }
    const { isolator, spillStore, clock, holds, census } = this.#engine
    // Where others share the controller, what an abandoned tool may still write stays closed to them.
    if (!this.#sharesAdmission) for (const hold of holds) hold.end()
    await isolator?.close()
    if (spillStore !== undefined) await closeStore(spillStore, clock)
    return { abandoned: census.abandoned }
  }

  #parts(): ExecutorParts {
    const { registry, clock, limits, redaction, spilledFiles } = this.#engine
    return {
      spilledFiles,
      redaction,
      registry,
      clock,
      maxArgumentsBytes: limits.maxArgumentsBytes,
      timeoutMs: limits.timeoutMs,
      open: this.#opener.open,
      turns: this.#engine.controller.turns,
      openTop: (options, size, syntax) => this.#open(options, size, trackedNesting(), undefined, syntax),
    }
  }

  #open(
    options: CallOptions,
    size: number | undefined,
    nesting: Nesting | undefined,
    by?: CallRecord,
    referenceSyntax: ReferenceSyntax = PLAIN_REFERENCES,
  ): Batch {
    const number = ++this.#batches
    let place: DenseSetPlace<Batch> | undefined
    const batch = new Batch(
      {
        engine: this.#engine,
        number,
        options,
        logger: options.logger ?? this.#logger,
        nesting,
        referenceSyntax,
        drawRun: () => (by ?? nesting?.call)?.path ?? `${(this.#runPrefix ??= drawId(this.#random))}-${number}`,
        onSettled: () => this.#settled(place),
      },
      size,
    )
    this.#engine.stalls?.arm(batch.openedAt)
    // Whose call has ended makes no calls any more.
    const isOrphan = nesting === undefined && (by !== undefined || trackedCallIsStopped())
    if (isOrphan) batch.abort(new DOMException('The call that makes this one has ended.', 'AbortError'))
    else if (this.#isCut) {
      if (nesting?.engine === this.#engine) batch.abort(closedReason())
    } else place = this.#live.enter(batch)
    // Nothing of one without a place will ever run, and closing does not wait until it is closed.
    batch.begin(size)
    return batch
  }

  #stallWatch(stallMs: number, clock: Clock, events: EventHub, logger: Logger | undefined): StallWatch | undefined {
    if (stallMs === Infinity) return undefined
    const guarded = logger && guardedLogger(logger, events.loggerFailed)
    return new StallWatch({
      clock,
      stallMs,
      isBusy: () => this.#live.size > 0,
      running: () => Array.from(this.#live, (batch) => batch.running()).flat(),
      tell: (stalledMs, calls, at) => {
        guarded?.warn(stalledLine(stalledMs, calls))
        if (events.active) events.emit({ type: 'stalled', at, stalledMs, calls })
      },
    })
  }

  #filesRemoved(run: string, files: number, bytes: number): void {
    const { events, clock } = this.#engine
    this.#warn(filesRemovedLine(run, files, bytes))
    if (events.active) events.emit({ type: 'files_removed', at: clock.now(), run, files, bytes })
  }

  #warn(line: string): void {
    const { events } = this.#engine
    if (this.#logger !== undefined) guardedLogger(this.#logger, events.loggerFailed).warn(line)
  }

  #settled(place: DenseSetPlace<Batch> | undefined): void {
    if (place !== undefined) this.#live.leave(place)
    if (this.#live.size > 0) return
    this.#engine.timeouts.rest()
    for (const resume of this.#idle.splice(0)) resume()
  }

  /** What a tool is run as that is given itself; undefined for the name of one. */
  #compiledIfGiven(tool: AnyTool | string): CompiledTool | undefined {
    if (typeof tool === 'string') return undefined
    checkTool(tool)
    return this.#compiled(tool)
  }

  #compiled(tool: AnyTool): CompiledTool {
    const registered = this.#engine.registry.get(tool.name)
    if (registered?.tool === tool) return registered
    const known = this.#foreign?.get(tool)
    if (known !== undefined) return known
    const compiled = this.#compile(tool)
    ;(this.#foreign ??= new WeakMap()).set(tool, compiled)
    return compiled
  }

  /** @param registry where the tool is to be registered, if it is */
  #compile(tool: AnyTool, registry?: ToolRegistry): CompiledTool {
    const { limits, events, isolator } = this.#engine
    checkTool(tool)
    const { name, breaker, isolation, deadlineMs } = tool
    if (registry?.has(name) === true)
      throw new UnusableTool('duplicate_name', '/name', 'tools', 'tools of different names', `two named '${name}'`)
    if (deadlineMs !== undefined) this.#engine.hasDeadlines = true
    if (isolation !== undefined && isolator === undefined)
      throw new MisuseError(`tool '${name}'.isolation`, 'an executor with an isolator', isolation)
    const admission = this.#engine.controller.toolDemands(tool)
    const changed = (state: BreakerState, at: number): void => {
      if (events.active) events.emit({ type: 'breaker_changed', at, tool: name, state })
    }
    const later = (act: () => void): void => this.#engine.admission.afterwards(act)
    const guard = new ToolGuard(name, limits.maxAbandoned, breaker, changed, later)
    const demands = admission.within(this.#wide)
    if (retriesInVain(tool)) this.#warn(idleRetryLine(name))
    const skipped: ToolProblem[] = []
    const skip = (part: Uncheckable, of: 'inputSchema' | 'outputSchema'): void => {
      const path = placeInTool(of, part.pointer)
      const message = `tool '${name}'.${of}: ${printable(part.message, 500)}, so it is not checked.`
      skipped.push({ tool: name, code: 'unchecked_pattern', message, ...(path !== undefined && { path }) })
    }
    const compiled = compileTool(
      tool,
      guard,
      admission,
      demands,
      this.#compileJsonSchema,
      this.#ordersEffects,
      this.#skipsPatterns ? skip : undefined,
    )
    for (const { message } of skipped) this.#warn(message)
    if (registry !== undefined) this.#problems.push(...skipped)
    return compiled
  }
}

function overlapWatch(clock: Clock, events: EventHub, logger: Logger | undefined): OverlapWatch<CallRecord> {
  const guarded = logger && guardedLogger(logger, events.loggerFailed)
  const logged = new Set<string>()
  return new OverlapWatch((overlap) => {
    const tools = overlap.calls
      .map(({ name }) => name)
      .sort()
      .join('\n')
    if (!logged.has(tools)) guarded?.warn(overlapLine(overlap))
    logged.add(tools)
    if (events.active) events.emit({ type: 'overlap_suspected', at: clock.now(), ...overlap })
  })
}

/** What plans have of an executor. */
export interface ExecutorParts extends Pick<NestedOpener, 'open'> {
  readonly registry: ToolRegistry
  readonly clock: Clock
  readonly maxArgumentsBytes: number
  readonly timeoutMs: number
  readonly redaction: Redaction
  readonly spilledFiles: SpilledFiles | undefined
  /** The turns of named runs. */
  readonly turns: RunTurns
  /** Opens a batch of which no call is known to be the maker. */
  readonly openTop: (options: CallOptions, size: number, syntax: ReferenceSyntax) => Batch
}

function closedReason(): DOMException {
  return new DOMException('The executor was closed.', 'AbortError')
}

/** Texts that look like templates are texts. */
const PLAIN_REFERENCES: ReferenceSyntax = { templates: false }

function clockOf({ clock }: ToolExecutorOptions): { readonly clock?: Clock } {
  return clock === undefined ? {} : { clock }
}

function checkedLimits(options: ToolExecutorOptions): EngineLimits {
  const {
    timeoutMs = DEFAULT_TIMEOUT_MS,
    idleTimeoutMs = Infinity,
    deadlineMs = Infinity,
    graceMs = 50,
    maxAbandoned = 10,
    abandonedHoldMs = 30_000,
    maxDepth = 8,
    maxNestedCalls = 1_000,
    maxArgumentsBytes = 1_048_576,
  } = options
  checkTimeLimits('', options)
  const { nameTimeLimit } = options
  if (nameTimeLimit !== undefined && typeof nameTimeLimit !== 'function')
    throw new MisuseError('nameTimeLimit', 'a function of the place of a time limit', nameTimeLimit)
  checkDuration('graceMs', graceMs, 0, 60_000)
  checkCount('maxAbandoned', maxAbandoned, 1, undefined, true)
  checkDuration('abandonedHoldMs', abandonedHoldMs, 0, MAX_DELAY_MS)
  checkCount('maxDepth', maxDepth, 0, 100)
  checkCount('maxNestedCalls', maxNestedCalls, 1, undefined, true)
  checkCount('maxArgumentsBytes', maxArgumentsBytes, 2)
  return {
    nameTimeLimit,
    timeoutMs,
    idleTimeoutMs,
    deadlineMs,
    graceMs,
    maxAbandoned,
    abandonedHoldMs,
    maxDepth,
    maxNestedCalls,
    maxArgumentsBytes,
    ...resultLimits(options),
  }
}
