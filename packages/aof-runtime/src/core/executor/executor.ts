import type { WaitingStats } from '../admission/counters.ts'
import type { ToolStats } from '../admission/tool-demands.ts'
import type { CallOptions } from '../contract/call-options.ts'
import type { ToolCall } from '../contract/call.ts'
import type { ToolEventListener } from '../contract/events.ts'
import { checkCount, checkDuration, MisuseError } from '../contract/misuse.ts'
import type { OpenBatch } from '../contract/open-batch.ts'
import { checkOptions, optionNames } from '../contract/option-names.ts'
import type { ToolResult } from '../contract/result.ts'
import type { ToolProblem } from '../contract/tool-problem.ts'
import { MAX_DELAY_MS } from '../host/clock.ts'
import { checkStackRoom } from '../host/stack-room.ts'
import type { AnyTool, Tool } from '../tool/tool.ts'
import { closeStore } from '../values/result-store.ts'
import { composeExecutor, type ExecutorParts } from './parts.ts'
import type { ToolExecutorOptions } from './settings.ts'

const CLOSE_OPTIONS = optionNames<NonNullable<Parameters<ToolExecutor['close']>[0]>>({ drainMs: true })

/** The state of an executor at one moment. */
export interface ExecutorStats {
  /** Calls whose tool is running; each holds a permit. */
  readonly running: number
  /** Calls that wait to start: for other calls, in the queue, or outside of it. */
  readonly waiting: number
  /** The waiting calls that are not outside of the queue, by the first thing that they lack. */
  readonly waitingFor: Readonly<WaitingStats>
  /** Calls that wait for their nested calls, or to resume after that; they hold no permit. */
  readonly suspended: number
  /** Abandoned tools that still run; they retain at most the permits of their tool and key. */
  readonly abandoned: number
  readonly limits: { readonly maxParallelTools: number }
  /** The registered tools that have limits of their own, and what is left of those. */
  readonly tools: readonly ToolStats[]
}

/** Set inside the class, which alone can read its private fields. */
let partsOf: (executor: ToolExecutor) => ExecutorParts | undefined

/** @throws MisuseError for any other value than an executor */
export function executorParts(executor: ToolExecutor): ExecutorParts {
  const found = typeof executor === 'object' && executor !== null ? partsOf(executor) : undefined
  if (found === undefined) throw new MisuseError('executor', 'a ToolExecutor', executor)
  return found
}

/**
 * Runs the tool calls of a model's turn: concurrently under a limit, each with exactly one result, in call order, no
 * failure touching a sibling.
 *
 * Duty: check options and calls, or refuse them by name; open batches.
 * Boundary: the stages of `calls` decide what happens to a call, the admission controller which call runs next.
 */
export class ToolExecutor {
  static {
    partsOf = (executor) => (#parts in executor ? executor.#parts : undefined)
  }

  readonly #parts: ExecutorParts
  #closed: Promise<{ abandoned: number }> | undefined

  /** @throws MisuseError for an option that is out of its bounds: it names the option, what is expected and what came */
  constructor(options: ToolExecutorOptions) {
    this.#parts = composeExecutor(this, options)
  }

  /** The problems of its tools: of those that were left out, and the unchecked parts of the others. */
  get problems(): readonly ToolProblem[] {
    return [...this.#parts.compiler.problems]
  }

  /** The registered tools, in the order they were given. */
  get tools(): readonly AnyTool[] {
    return Array.from(this.#parts.compiler.registry.values(), ({ tool }) => tool)
  }

  /**
   * Runs the calls of a turn and resolves to one result for each, in call order.
   *
   * @returns never rejects for anything that a tool or a model does
   * @throws MisuseError (as a rejection) for impossible options, or calls that are not an array
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
  executeTools(calls: readonly ToolCall[], options: CallOptions = {}): Promise<ToolResult[]> {
    return this.#parts.opener.executeTools(calls, options)
  }

  /**
   * Opens a batch that is filled call by call, so that calls start while the model is still talking.
   *
   * @throws MisuseError for impossible options
   */
  openBatch(options: CallOptions = {}): OpenBatch {
    return this.#parts.opener.openBatch(options)
  }

  /**
   * Runs one tool with input of the application's own; a tool that is given itself need not be registered.
   *
   * @returns never rejects for anything that a tool does
   * @throws MisuseError (as a rejection) for impossible options
   */
  call<In, Out, Context>(tool: Tool<In, Out, Context>, input: In, options?: CallOptions): Promise<ToolResult<Out>>
  call(tool: string, input: unknown, options?: CallOptions): Promise<ToolResult>
  call(tool: AnyTool | string, input: unknown, options: CallOptions = {}): Promise<unknown> {
    return this.#parts.opener.call(tool, input, options)
  }

  /**
   * Gets every event from now on, synchronously.
   *
   * @returns a function that ends the subscription
   */
  subscribe(listener: ToolEventListener): () => void {
    if (typeof listener !== 'function') throw new MisuseError('listener', 'a function', listener)
    return this.#parts.events.subscribe(listener)
  }

  /** The state of this moment. */
  stats(): ExecutorStats {
    const { clock, controller, limit, queue, counters, compiler } = this.#parts
    const { dependency, conflict, breaker, suspended, abandoned } = counters
    const now = clock.now()
    const tools = Array.from(compiler.registry.values(), ({ tool, admission }) => admission.stats(tool.name, now))
    return {
      running: limit.inUse,
      waiting: dependency + conflict + breaker + queue.waiting,
      waitingFor: { dependency, conflict, breaker, ...controller.admission.waitingFor(limit) },
      suspended,
      abandoned,
      limits: { maxParallelTools: limit.max },
      tools: tools.filter((stats) => stats !== undefined),
    }
  }

  /**
   * The most tools that it runs at once. A new number takes effect at once: more calls start if it has grown; running calls go
   * on if it has shrunk.
   */
  get maxParallelTools(): number {
    return this.#parts.limit.max
  }

  set maxParallelTools(max: number) {
    checkCount('maxParallelTools', max, 1, undefined, true)
    checkStackRoom('maxParallelTools')
    const { controller, limit, events, clock } = this.#parts
    if (max === limit.max) return
    limit.max = max
    // First, so that no call starts under a limit that no event has reported.
    if (events.active) events.emit({ type: 'limit_changed', at: clock.now(), limit: 'maxParallelTools', max })
    controller.admission.resized(limit)
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
    await this.#parts.spilledFiles?.end(run)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(drainMs: number): Promise<{ abandoned: number }> {
    const parts = this.#parts
    const { clock, batches, settings, spillStore, retained, counters } = parts
    parts.isClosing = true
    if (batches.isBusy) {
      const timer = drainMs === Infinity ? undefined : clock.setTimer(() => batches.cut(), drainMs)
      await batches.idle()
      timer?.clear()
    }
    // If other executors share the controller, effects that an abandoned tool may still have stay closed to them.
    if (!parts.sharesController) for (const permits of retained) permits.end()
    await settings.isolator?.close()
    if (spillStore !== undefined) await closeStore(spillStore, clock)
    return { abandoned: counters.abandoned }
  }
}
