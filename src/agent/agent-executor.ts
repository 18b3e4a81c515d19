import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import { systemClock } from '../core/clock.ts'
import { toolDefinitions } from '../core/definition.ts'
import type { ToolExecutor } from '../core/executor.ts'
import type { Logger } from '../core/logger.ts'
import { MisuseError } from '../core/misuse.ts'
import { drawId, systemRandom } from '../core/random.ts'
import { ToolExecutor as ComposedExecutor } from '../tool-executor.ts'
import type { AgentRun } from './agent-run.ts'
import { EventLog } from './event-log.ts'
import type { AgentEvent } from './events.ts'
import { type AgentOptions, checkAgentOptions } from './options.ts'
import type { AgentMessage } from './result.ts'
import { RunLoop } from './run-loop.ts'

/** What a run begins with: words of the user, or a history to go on from. */
export type AgentInput = string | { readonly messages: readonly AgentMessage[] }

/** What a run may be given. */
export interface RunOptions {
  /** Ends the run: nothing more starts, what runs gets its signal. */
  readonly signal?: AbortSignal
  /** The application's own object, given to the tools as `ctx.context`; never shown to the model. */
  readonly context?: unknown
  /** The run's name, part of its calls' idempotency keys. @default a new one */
  readonly run?: string
  /** @default the agent's */
  readonly logger?: Logger
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
  /** What runs the tools; its `subscribe` and `stats` show them. */
  readonly executor: ToolExecutor
  readonly #options: AgentOptions
  readonly #ownsExecutor: boolean
  readonly #definitions: readonly LanguageModelV4FunctionTool[]
  readonly #readOnly: ReadonlySet<string>
  readonly #idPrefix: string
  #runs = 0

  /** @throws MisuseError where an option is impossible, or a tool has no schema that the model could be shown */
  constructor(options: AgentOptions) {
    checkAgentOptions(options)
    const { name = 'agent', executor, tools = [], maxParallelTools, clock, logger } = options
    this.name = name
    this.#options = options
    this.#ownsExecutor = executor === undefined
    this.executor =
      executor ??
      new ComposedExecutor({
        tools,
        ...(maxParallelTools !== undefined && { maxParallelTools }),
        ...(clock !== undefined && { clock }),
        ...(logger !== undefined && { logger }),
      })
    this.#definitions = toolDefinitions(this.executor.tools).map(functionTool)
    this.#readOnly = new Set(
      this.executor.tools.filter(({ annotations }) => annotations?.readOnlyHint === true).map((tool) => tool.name),
    )
    this.#idPrefix = drawId(systemRandom)
  }

  /**
   * Starts a run; it goes on by itself.
   *
   * @throws MisuseError where the input is neither text nor messages
   */
  run(input: AgentInput, options: RunOptions = {}): AgentRun {
    const messages = messagesOf(input)
    const { signal, context, logger = this.#options.logger } = options
    const id = options.run ?? `${this.#idPrefix}-${++this.#runs}`
    const controller = new AbortController()
    const forward = (): void => controller.abort(signal?.reason)
    if (signal?.aborted === true) forward()
    else signal?.addEventListener('abort', forward)
    const log = new EventLog<AgentEvent>(this.#options.maxKeptEvents ?? 1_000, (count) => ({ type: 'missed', count }))
    const loop = new RunLoop(
      {
        id,
        options: this.#options,
        executor: this.executor,
        definitions: this.#definitions,
        readOnly: this.#readOnly,
        clock: this.#options.clock ?? systemClock,
        signal: controller.signal,
        context,
        logger,
        emit: (event) => log.push(event),
      },
      messages,
    )
    const result = loop.run().then((ended) => {
      signal?.removeEventListener('abort', forward)
      log.push({ type: 'done', result: ended })
      log.end()
      return ended
    })
    return {
      id,
      result,
      abort: (reason: unknown = new DOMException('The run was aborted.', 'AbortError')) => controller.abort(reason),
      [Symbol.asyncIterator]: () => log.read(),
    }
  }

  /** Closes the executor that the agent made for itself; one that it was given stays open. */
  async close(options?: { readonly drainMs?: number }): Promise<{ abandoned: number }> {
    return this.#ownsExecutor ? this.executor.close(options) : { abandoned: 0 }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function functionTool({
  name,
  description,
  inputSchema,
}: ReturnType<typeof toolDefinitions>[number]): LanguageModelV4FunctionTool {
  return {
    type: 'function',
    name,
    ...(description !== undefined && { description }),
    inputSchema: inputSchema as LanguageModelV4FunctionTool['inputSchema'],
  }
}

function messagesOf(input: AgentInput): readonly AgentMessage[] {
  if (typeof input === 'string') return [{ role: 'user', content: [{ type: 'text', text: input }] }]
  if (!Array.isArray(input?.messages)) throw new MisuseError('input', 'text, or { messages }', input)
  return input.messages
}
