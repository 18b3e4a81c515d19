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

/** Any tool, whatever its types: what a list of tools holds. */
export interface AnyTool extends ToolLimits, EffectOptions {
  /**
   * What the model calls it by: 1 to 256 characters. Unique within an executor. A name that a provider would refuse (other
   * characters than letters, digits, `_` and `-`, or more than 64) is sent in another form, `admin.tools.list` as
   * `admin_tools_list`; results, events and logs have the name as it is here.
   */
  readonly name: string
  /** What the model reads to decide when and how to call it. */
  readonly description?: string
  /**
   * Any Standard Schema (zod, valibot, arktype, …) or a JSON Schema (draft 4 to 2020-12, formats asserted). Arguments that do not fit never reach `execute`.
   * Without one the arguments come unchecked, and the tool cannot be offered to a model.
   */
  readonly inputSchema?: Schema
  /** The JSON Schema that a model is shown, for a Standard Schema that has none of its own (valibot's). */
  readonly inputJsonSchema?: JsonSchema
  /** What `execute` returns must fit this, or the call fails with `invalid_output`. */
  readonly outputSchema?: Schema
  /**
   * Hints about the effects of its calls, in MCP's names. Retries, eager start and `effectScope` depend on them.
   * @default none: a call may change anything, and not twice the same
   */
  readonly annotations?: ToolAnnotations
  /**
   * How long one attempt may take, in milliseconds from its start: 1 to 2 147 483 647, or `Infinity` for no limit.
   * @default the executor's `timeoutMs`, 120 000
   */
  readonly timeoutMs?: number
  /**
   * How long an attempt may go on without `ctx.progress`, in milliseconds, 1 to 2 147 483 647, or `Infinity`. Progress puts
   * this off, never `timeoutMs`.
   * @default the executor's `idleTimeoutMs`, none
   */
  readonly idleTimeoutMs?: number
  /**
   * By when a call must have its result, in milliseconds from its acceptance, waiting and further attempts included: 1 to
   * 2 147 483 647, or `Infinity`. Of all deadlines of a call the earliest counts.
   * @default the executor's `deadlineMs`, none
   */
  readonly deadlineMs?: number
  /**
   * Whether and when it is tried again. A tool that is neither `readOnlyHint` nor `idempotentHint` is tried again only
   * where it never started, whatever this says; where that cannot come about, the executor warns its logger once.
   * @default never
   */
  readonly retry?: RetryOptions
  /** Leaves the tool alone for a while when it keeps failing: its calls are rejected meanwhile. @default never */
  readonly breaker?: BreakerOptions
  /** Runs it in a thread or a process of its own, where it can be ended by force; see `defineTool`. @default in this thread */
  readonly isolation?: Isolation
  /**
   * What a call is counted under for `maxParallelPerKey` and `ratePerKey`, e.g. the host or the tenant that it concerns: at
   * most 1 024 characters; undefined for nothing. Must answer at once.
   */
  key?(input: never, ctx: CallInfo<never>): string | undefined
  /**
   * Who goes first of those who wait: the higher one, −100 to 100. The nearest wins: call, batch, tool. A nested call has at
   * least that of the call that made it.
   * @default 0
   */
  readonly priority?: number
  /**
   * Whether `$result` in its arguments stands for the result of another call; `false` for a tool that takes such objects
   * as they are.
   * @default true
   */
  readonly references?: boolean
  /** Does the work. May return anything that JSON can hold, or a promise of it; whatever it throws becomes the result's error. */
  execute(input: never, ctx: ToolContext<never>): unknown
  /** What the model sees of a success, instead of the JSON of `data`. Must answer at once. */
  toContent?(data: never): readonly ToolContent[]
}

/**
 * A tool with its types: what {@link defineTool} returns, checked and frozen.
 *
 * @typeParam In what `execute` gets
 * @typeParam Out what it returns, awaited
 * @typeParam Context what it expects of the application, as `ctx.context`
 */
export interface Tool<In, Out, Context = unknown> extends AnyTool {
  key?(input: In, ctx: CallInfo<Context>): string | undefined
  effects?(input: In, ctx: CallInfo<Context>): readonly Effect[]
  execute(input: In, ctx: ToolContext<Context>): Out | Promise<Out>
  toContent?(data: Jsonified<Out>): readonly ToolContent[]
}

/**
 * What a tool gets beside its input. Properties may be taken apart (`{ signal, progress }`); `signal` is made only when
 * it is read.
 *
 * @typeParam Context the application's own object, see `context`
 */
export interface ToolContext<Context = unknown> {
  /** Aborts when the call is aborted or has run out of time. Give it to everything that takes one. */
  readonly signal: AbortSignal
  /** The application's own object, by reference: never copied, logged or shown to a model. */
  readonly context: Context
  /** What the call's run may use, if that is limited: give it to the runs of agents that the tool starts. */
  readonly budget: Budget | undefined
  /** The call, with its arguments as validated: the very value that `execute` gets. */
  readonly call: ToolCall
  /** Place of the call in its batch, from 0. */
  readonly index: number
  /** Which attempt this is, from 1. */
  readonly attempt: number
  /**
   * For servers that drop repeated requests: the same for every attempt of this call, and for no other call. It is made of the
   * run, the turn, the place, the tool and the arguments; of a nested call of the key of the call that makes it, the tool, the
   * arguments, and which of the equal calls it is. It does not depend on timing: further attempts of a tool that makes calls give
   * the same calls the same keys. Its form may change: take it as a text without meaning.
   */
  readonly idempotencyKey: string
  /** Runs calls from within the tool, which is suspended meanwhile; of a tool in isolation, nothing. */
  readonly executor: NestedExecutor
  /**
   * The nearest logger (call, batch, executor); one that does nothing where there is none. Each line begins with the call's
   * place and name: `Tool [0] search: …`.
   */
  readonly logger: Logger
  /** Reports something on the way, as a `progress` event, and puts off the idle timeout. Ignored once the call is settled. */
  readonly progress: (value: unknown) => void
}

/**
 * Runs calls from within a tool, as `ctx.executor`. While they are under way the tool's own call is suspended: it gives its
 * permits back, so that calls which wait for one another never stand still, and its timeout does not run (it does while all of
 * them wait for what only this tool can give, such as the arguments of a place that it has reserved). What is awaited
 * of it comes when the call holds its permits again. When the call ends, those that are still under way are aborted.
 *
 * Nested calls share the call's run, priority, budget, context and logger, unless they are given others.
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
