import type { ToolAnnotations } from '../contract/annotations.ts'
import type { ToolLimits } from '../admission/tool-demands.ts'
import type { BreakerOptions } from '../attempt/circuit-breaker.ts'
import type { ToolContent } from '../contract/content.ts'
import type { CallInfo } from '../contract/call-info.ts'
import type { EffectOptions } from '../order/effects/tool-effects.ts'
import type { Effect } from '../order/effects/effect.ts'
import type { Jsonified } from '../contract/json.ts'
import type { Isolation } from '../contract/isolation.ts'
import type { RetryOptions } from '../contract/retry.ts'
import type { JsonSchema, Schema } from '../contract/schema.ts'
import type { Budget } from '../contract/budget.ts'
import type { ToolCall } from '../contract/call.ts'
import type { Logger } from '../contract/logger.ts'
import type { CallOptions } from '../contract/call-options.ts'
import type { ToolResult } from '../contract/result.ts'
import type { OpenBatch } from '../contract/open-batch.ts'

/** A tool of any types, as in a list of tools. */
export interface AnyTool extends ToolLimits, EffectOptions {
  /**
   * The tool's name: 1 to 256 characters, unique within an executor. A name that a provider would refuse (other characters
   * than letters, digits, `_` and `-`, or more than 64) is sent in another form, `admin.tools.list` as `admin_tools_list`;
   * results, events and logs have the name as it is here.
   */
  readonly name: string
  /** Describes to the model when and how to call the tool. */
  readonly description?: string
  /**
   * Any Standard Schema (zod, valibot, arktype, …) or a JSON Schema (draft 4 to 2020-12, formats asserted). Arguments that do
   * not match never reach `execute`. Without a schema the arguments are not checked, and the tool cannot be offered to a model.
   */
  readonly inputSchema?: Schema
  /** The JSON Schema for the model, if `inputSchema` is a Standard Schema that has none (valibot's). */
  readonly inputJsonSchema?: JsonSchema
  /** The schema of the returned value; a call whose value does not match fails with `invalid_output`. */
  readonly outputSchema?: Schema
  /**
   * Hints about the effects of its calls, with MCP's names. Retries, eager start and `effectScope` depend on them.
   * @default none: a call may change anything, and repeating it may change more
   */
  readonly annotations?: ToolAnnotations
  /**
   * Timeout of each attempt, in milliseconds from its start: 1 to 2 147 483 647, or `Infinity` for no limit.
   * @default the executor's `timeoutMs`, 120 000
   */
  readonly timeoutMs?: number
  /**
   * The longest time of an attempt without `ctx.progress`, in milliseconds, 1 to 2 147 483 647, or `Infinity`. Progress
   * extends this timeout, never `timeoutMs`.
   * @default the executor's `idleTimeoutMs`, none
   */
  readonly idleTimeoutMs?: number
  /**
   * The deadline of a call's result, in milliseconds from its acceptance, including waiting and further attempts: 1 to
   * 2 147 483 647, or `Infinity`. The earliest deadline of a call counts.
   * @default the executor's `deadlineMs`, none
   */
  readonly deadlineMs?: number
  /**
   * The retries of its calls. A call of a tool that is neither `readOnlyHint` nor `idempotentHint` is retried only if the tool
   * never started; if that cannot happen, the executor writes one warning to its logger.
   * @default never
   */
  readonly retry?: RetryOptions
  /** The circuit breaker of the tool: after repeated failures it rejects the tool's calls for a while. @default none */
  readonly breaker?: BreakerOptions
  /** Runs the tool in a thread or a process of its own, where it can be ended by force; see `defineTool`. @default in this thread */
  readonly isolation?: Isolation
  /**
   * The key of a call for `maxParallelPerKey` and `ratePerKey`, e.g. its host or tenant: at most 1 024 characters, or
   * undefined for no key. Must be synchronous.
   */
  key?(input: never, ctx: CallInfo<never>): string | undefined
  /**
   * The rank of waiting calls, −100 to 100: the higher one starts first. The nearest setting wins: call, batch, tool. A nested
   * call has at least the priority of its parent.
   * @default 0
   */
  readonly priority?: number
  /**
   * Whether `$result` in its arguments stands for the result of another call; `false` for a tool that gets such objects
   * unchanged.
   * @default true
   */
  readonly references?: boolean
  /** Runs the tool. Returns any value that JSON can hold, or a promise of one; a thrown value becomes the result's error. */
  execute(input: never, ctx: ToolContext<never>): unknown
  /** Makes the content that the model sees of a success, instead of the JSON of `data`. Must be synchronous. */
  toContent?(data: never): readonly ToolContent[]
}

/**
 * A tool with its types, checked and frozen by {@link defineTool}.
 *
 * @typeParam In the input of `execute`
 * @typeParam Out the awaited value that it returns
 * @typeParam Context the object that it expects from the application as `ctx.context`
 */
export interface Tool<In, Out, Context = unknown> extends AnyTool {
  key?(input: In, ctx: CallInfo<Context>): string | undefined
  effects?(input: In, ctx: CallInfo<Context>): readonly Effect[]
  execute(input: In, ctx: ToolContext<Context>): Out | Promise<Out>
  toContent?(data: Jsonified<Out>): readonly ToolContent[]
}

/**
 * The second argument of a tool. Its properties may be destructured (`{ signal, progress }`); `signal` is created only when it
 * is read.
 *
 * @typeParam Context the application's own object, see `context`
 */
export interface ToolContext<Context = unknown> {
  /** Aborts when the call is aborted or its time is over. Pass it to everything that takes a signal. */
  readonly signal: AbortSignal
  /** The application's own object, by reference: never copied, logged or shown to a model. */
  readonly context: Context
  /** The budget of the call's run, if it has one: pass it to the runs of agents that the tool starts. */
  readonly budget: Budget | undefined
  /** The call, with its validated arguments: the same value that `execute` gets. */
  readonly call: ToolCall
  /** The call's place in its batch, from 0. */
  readonly index: number
  /** Number of the attempt, from 1. */
  readonly attempt: number
  /**
   * A key for servers that ignore repeated requests: the same for every attempt of this call, and different from that of any
   * other call. It is made of the run, the turn, the place, the tool and the arguments; for a nested call of the parent's key, the
   * tool, the arguments, and the number among equal calls. It does not depend on timing: further attempts of a parent give its
   * nested calls the same keys. Its form may change: treat it as an opaque text.
   */
  readonly idempotencyKey: string
  /** Runs nested calls, while the tool's own call is suspended. Not available to a tool in isolation. */
  readonly executor: NestedExecutor
  /**
   * The nearest logger (call, batch, executor), or one that does nothing. Each line begins with the call's place and name:
   * `Tool [0] search: …`.
   */
  readonly logger: Logger
  /** Reports progress as a `progress` event, and restarts the idle timeout. Ignored once the call is settled. */
  readonly progress: (value: unknown) => void
}

/**
 * Runs nested calls from within a tool, as `ctx.executor`. While nested calls are under way, the tool's own call is suspended:
 * it gives its permits back, so that parents and nested calls never wait for each other forever, and its timeout does not run.
 * It is not suspended while all nested calls wait for the tool itself, e.g. for the arguments of a place that it has reserved.
 * A nested result is delivered when the call has its permits back. When the call ends, nested calls that are still under way
 * are aborted.
 *
 * Nested calls share the run, priority, budget, context and logger of the call, unless they get others.
 */
export interface NestedExecutor {
  /** The tools that calls may name. */
  readonly tools: readonly AnyTool[]
  /** As `executeTools` of the tool executor. */
  executeTools(calls: readonly ToolCall[], options?: CallOptions): Promise<ToolResult[]>
  /** As `openBatch` of the tool executor. */
  openBatch(options?: CallOptions): OpenBatch
  /** As `call` of the tool executor. */
  call<In, Out, Context>(tool: Tool<In, Out, Context>, input: In, options?: CallOptions): Promise<ToolResult<Out>>
  call(tool: string, input: unknown, options?: CallOptions): Promise<ToolResult>
}
