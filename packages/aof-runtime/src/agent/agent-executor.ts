import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import { checkCallOptions } from '../core/contract/call-options.ts'
import { Budget, type BudgetOptions } from '../core/contract/budget.ts'
import { MAX_DELAY_MS, systemClock, type TimerHandle } from '../core/host/clock.ts'
import { type ToolDefinition, toolDefinitions } from '../core/tool/definition.ts'
import { executorParts, type ToolExecutor } from '../core/executor/executor.ts'
import { omittedToolLine } from '../core/calls/log-lines.ts'
import { defined } from '../core/contract/fields.ts'
import { guardedLogger, type Logger } from '../core/contract/logger.ts'
import { checkDuration, MisuseError } from '../core/contract/misuse.ts'
import { checkOptions, namesOf } from '../core/contract/option-names.ts'
import { makePlanTool } from '../core/plan/plan-tool.ts'
import { drawId, systemRandom } from '../core/host/random.ts'
import { DenseSet } from '../core/collections/dense-set.ts'
import type { ToolProblem } from '../core/contract/tool-problem.ts'
import type { AnyTool } from '../core/tool/tool.ts'
import { ToolExecutor as ComposedExecutor } from '../tool-executor.ts'
import { checkMessages } from './check-messages.ts'
import { EventLog } from './event-log.ts'
import type { AgentEvent } from './events.ts'
import { offeredTools } from './offered-tools.ts'
import { type AgentOptions, checkAgentOptions, checkRank, modelSettings } from './options.ts'
import type { AgentMessage, AgentResult } from './result.ts'
import { type AgentParts, OutOfBudget, RunLoop } from './run-loop.ts'

/**
 * The start of a run: the user's text, or a history to continue, which is repaired if it is invalid. With an empty
 * history the model gets only the instructions, which some providers refuse.
 */
export type AgentInput = string | { readonly messages: readonly AgentMessage[] }

/** Options of one run. */
export interface RunOptions {
  /** Aborts the run: a request to the model ends, no further call starts, and running calls get the abort signal. */
  readonly signal?: AbortSignal
  /** The application's own object, passed to the tools as `ctx.context`; never shown to the model. */
  readonly context?: unknown
  /**
   * The run's name, part of its calls' idempotency keys, 1 to 256 characters. A run that continues another one may have its name only
   * on the same agent, or with the same executor or admission controller: elsewhere the turns begin again at 0, and so do the keys.
   * @default a new name
   */
  readonly run?: string
  /**
   * Limits of the run, or a `Budget` that it shares with other runs (a tool finds its run's as `ctx.budget`). A run
   * that would exceed them ends with the status `budget`.
   * @default no limits
   */
  readonly budget?: Budget | BudgetOptions
  /** The rank of its waiting calls, −100 to 100: the higher one goes first. @default the agent's `priority` */
  readonly priority?: number
  /** Its share beside other runs if several want permits: more than 0. @default the agent's `weight` */
  readonly weight?: number
  /** Where its log lines go. @default the agent's `logger` */
  readonly logger?: Logger
}

const RUN_OPTIONS = namesOf<RunOptions>()('signal context run budget priority weight logger')

const INPUT_NAMES = namesOf<Exclude<AgentInput, string>>()('messages')

const CLOSE_OPTIONS = namesOf<NonNullable<Parameters<AgentExecutor['close']>[0]>>()('drainMs')

/**
 * A run of an agent, under way. It continues whether or not it is iterated. A late reader gets the newest past events
 * (`maxKeptEvents`), then all further ones. There may be any number of readers, each at its own pace: a slow reader
 * misses no event, and its unread events stay in memory. Leaving the iteration early cancels nothing.
 */
export interface AgentRun extends AsyncIterable<AgentEvent> {
  /** The run's name, part of its calls' idempotency keys. */
  readonly id: string
  /** The result of the run. It resolves for every end and never rejects. */
  readonly result: Promise<AgentResult>
  /** Aborts the run: no further call starts, and running calls get the abort signal. */
  abort(reason?: unknown): void
}

/**
 * An agent: a model, its tools, and the loop between them.
 *
 * @example
 * ```ts
 * import { AgentExecutor } from 'aof-runtime/agent'
 * import { defineTool } from 'aof-runtime'
 * import { scriptedModel } from 'aof-runtime/testing'
 * import { z } from 'zod'
 *
 * const weather = defineTool({
 *   name: 'weather',
 *   description: 'The weather in a city.',
 *   inputSchema: z.object({ city: z.string() }),
 *   annotations: { readOnlyHint: true },
 *   execute: async ({ city }) => `Sunny in ${city}.`,
 * })
 * const model = scriptedModel([
 *   { calls: [{ name: 'weather', arguments: { city: 'Oslo' } }, { name: 'weather', arguments: { city: 'Rome' } }] },
 *   { text: 'Sunny in both.' },
 * ])
 * const agent = new AgentExecutor({ model, instructions: 'Be brief.', tools: [weather] })
 * const { status, text } = await agent.run('Oslo or Rome?').result
 * console.log(status, text) // done Sunny in both.
 * ```
 */
export class AgentExecutor {
  readonly name: string
  /** The executor of the tools, e.g. for its `subscribe` and `stats`. */
  readonly executor: ToolExecutor
  readonly #parts: AgentParts
  readonly #ownsExecutor: boolean
  readonly #idPrefix: string
  readonly #problems: readonly ToolProblem[]
  readonly #live = new DenseSet<AgentRun>()
  #runs = 0
  #isClosed = false

  /** @throws MisuseError if an option is invalid, or a tool has no schema that the model can be shown */
  constructor(options: AgentOptions) {
    checkAgentOptions(options)
    const { name = 'agent', executor, maxParallelTools, admission, effects, clock, logger, random } = options
    const { onUnusableTool, onUncheckablePattern } = options
    this.name = name
    this.#ownsExecutor = executor === undefined
    const given = executor?.tools ?? options.tools ?? []
    const { tools, problems } = onUnusableTool === 'omit' ? offeredTools(given) : { tools: given, problems: [] }
    this.#problems = problems
    const log = logger && guardedLogger(logger, () => undefined)
    for (const problem of problems) log?.warn(omittedToolLine(problem))
    // Its tools may run agents, which recognise by it that they are nested: without, each would wait for the other's permit.
    if (executor !== undefined) executorParts(executor).trackNesting()
    this.executor =
      executor ??
      new ComposedExecutor({
        tools: this.#offered(tools, options),
        trackNesting: true,
        ...defined({
          onUnusableTool,
          onUncheckablePattern,
          admission,
          effects,
          maxParallelTools,
          clock,
          logger,
          random,
        }),
      })
    const offered = executor === undefined ? this.executor.tools : tools
    const readOnly = offered.filter(({ annotations }) => annotations?.readOnlyHint === true)
    this.#parts = {
      options,
      modelSettings: modelSettings(options),
      executor: this.executor,
      definitions: toolDefinitions(offered).map(functionTool),
      toolNames: new Set(offered.map((tool) => tool.name)),
      readOnly: new Set(readOnly.map((tool) => tool.name)),
      clock: clock ?? systemClock,
      random: random ?? systemRandom,
      redact: (message) => executorParts(this.executor).redaction.redact(message, false),
    }
    this.#idPrefix = drawId(systemRandom)
  }

  /** Problems of its tools: of those that are left out, and schema patterns of others that are not checked. */
  get problems(): readonly ToolProblem[] {
    return [...this.#problems, ...this.executor.problems]
  }

  /**
   * Starts a run, which continues by itself.
   *
   * @throws MisuseError if the input is neither a string nor messages, an option is invalid, or the agent is closed
   */
  run(input: AgentInput, options: RunOptions = {}): AgentRun {
    if (this.#isClosed) throw new MisuseError('agent.run()', 'an open agent', 'a closed one')
    const messages = messagesOf(input)
    checkOptions('', options, RUN_OPTIONS)
    const { budget: given, priority, weight, ...others } = options
    checkCallOptions(others)
    checkRank(options)
    const { options: agent } = this.#parts
    const { signal, context, logger = agent.logger } = options
    const budget = given === undefined || given instanceof Budget ? given : new Budget(given)
    const id = options.run ?? `${this.#idPrefix}-${++this.#runs}`
    const controller = new AbortController()
    const forward = (): void => controller.abort(signal?.reason)
    if (signal?.aborted === true) forward()
    else signal?.addEventListener('abort', forward)
    const log = new EventLog<AgentEvent>(agent.maxKeptEvents ?? 1_000, (count) => ({ type: 'missed', count }))
    const timer = this.#endOfBudget(budget, controller)
    const { spilledFiles, controller: engine } = executorParts(this.executor)
    const { turns } = engine.runs
    spilledFiles?.hold(id)
    const loop = new RunLoop(
      {
        ...this.#parts,
        id,
        nextTurn: (least) => turns.next(id, least),
        budget,
        priority: priority ?? agent.priority,
        weight: weight ?? agent.weight,
        signal: controller.signal,
        context,
        logger,
        emit: (event) => log.push(event),
      },
      messages,
    )
    const result = loop.run().then((ended) => {
      timer?.clear()
      signal?.removeEventListener('abort', forward)
      this.#live.leave(place)
      void spilledFiles?.end(id)
      turns.rest(id)
      log.push({ type: 'done', result: ended })
      log.end()
      return ended
    })
    const run: AgentRun = {
      id,
      result,
      abort: (reason: unknown = new DOMException('The run was aborted.', 'AbortError')) => controller.abort(reason),
      [Symbol.asyncIterator]: () => log.read(),
    }
    const place = this.#live.enter(run)
    return run
  }

  /**
   * Refuses new runs, waits up to `drainMs` for those under way, aborts the rest, and resolves when all have ended. It
   * closes the executor that the agent created; an executor that was given to it stays open.
   *
   * @param options.drainMs 0 to 2 147 483 647, or `Infinity`; 5 000 by default
   * @returns the number of abandoned tools of its own executor that still run
   */
  async close(options: { readonly drainMs?: number } = {}): Promise<{ abandoned: number }> {
    checkOptions('', options, CLOSE_OPTIONS)
    const { drainMs = 5_000 } = options
    checkDuration('drainMs', drainMs, 0, MAX_DELAY_MS, true)
    this.#isClosed = true
    if (this.#live.size > 0) await this.#drain(drainMs)
    return this.#ownsExecutor ? this.executor.close(options) : { abandoned: 0 }
  }

  /** The tools, and a tool for plans of them if the option `plan` asks for it. */
  #offered(tools: readonly AnyTool[], options: AgentOptions): readonly AnyTool[] {
    const { plan = false, onUnusableTool } = options
    if (plan === false) return tools
    const names = (onUnusableTool === 'omit' ? usableTools(tools, options) : tools).map((tool) => tool.name)
    if (names.length === 0 && onUnusableTool === 'omit') return tools
    return [...tools, makePlanTool(() => executorParts(this.executor), names, plan === true ? {} : plan)]
  }

  #endOfBudget(budget: Budget | undefined, controller: AbortController): TimerHandle | undefined {
    const { clock } = this.#parts
    const leftMs = budget?.start(clock.now()) ?? Infinity
    if (leftMs === Infinity) return undefined
    const end = (): void => {
      budget?.exceed('wallMs')
      controller.abort(new OutOfBudget())
    }
    if (leftMs > 0) return clock.setTimer(end, leftMs)
    end()
    return undefined
  }

  async #drain(drainMs: number): Promise<void> {
    const abort = (): void => {
      for (const run of this.#live) run.abort(new DOMException('The agent was closed.', 'AbortError'))
    }
    const timer = drainMs === Infinity ? undefined : this.#parts.clock.setTimer(abort, drainMs)
    await Promise.all(Array.from(this.#live, (run) => run.result))
    timer?.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** The tools that an executor accepts; plans can name only these. */
function usableTools(tools: readonly AnyTool[], { onUncheckablePattern }: AgentOptions): readonly AnyTool[] {
  return new ComposedExecutor({ tools, onUnusableTool: 'omit', spill: false, ...defined({ onUncheckablePattern }) })
    .tools
}

function functionTool(definition: ToolDefinition): LanguageModelV4FunctionTool {
  const { annotations: _, ...shown } = definition
  return { type: 'function', ...(shown as Omit<LanguageModelV4FunctionTool, 'type'>) }
}

function messagesOf(input: AgentInput): readonly AgentMessage[] {
  if (typeof input === 'string') return [{ role: 'user', content: [{ type: 'text', text: input }] }]
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new MisuseError('input', 'text, or { messages }', input)
  checkOptions('input', input, INPUT_NAMES)
  checkMessages('input.messages', input.messages)
  return input.messages
}
