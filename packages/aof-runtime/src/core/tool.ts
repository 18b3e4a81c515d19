import { checkAnnotations, type ToolAnnotations } from './annotations.ts'
import { checkToolLimits, type ToolLimits } from './admission/tool-demands.ts'
import { type BreakerOptions, checkBreaker } from './circuit-breaker.ts'
import type { ToolContent } from './content.ts'
import type { CallInfo, ToolContext } from './context.ts'
import { checkEffects, type EffectOptions } from './effects/tool-effects.ts'
import type { Effect } from './effects/effect.ts'
import type { JsonObject, Jsonified } from './json.ts'
import { checkIsolation, type Isolation } from './isolation.ts'
import { checkCount, MisuseError } from './misuse.ts'
import { checkOptions, checkSpelling, optionNames } from './option-names.ts'
import { checkRetry, type RetryOptions } from './retry.ts'
import { checkTimeLimits } from './time-limits.ts'
import type { JsonSchema, Schema, StandardSchema } from './schema.ts'

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

const TOOL_OPTIONS = optionNames<AnyTool>({
  name: true,
  description: true,
  inputSchema: true,
  inputJsonSchema: true,
  outputSchema: true,
  annotations: true,
  timeoutMs: true,
  idleTimeoutMs: true,
  deadlineMs: true,
  retry: true,
  breaker: true,
  isolation: true,
  key: true,
  priority: true,
  references: true,
  execute: true,
  toContent: true,
  maxParallel: true,
  maxParallelPerKey: true,
  rate: true,
  ratePerKey: true,
  effects: true,
  effectScope: true,
})

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

/** A tool whose input type comes from its Standard Schema. */
export interface StandardTool<In, Out, Context> extends Tool<In, Out, Context> {
  readonly inputSchema: StandardSchema<unknown, In>
}

/** A tool whose input is checked by a JSON Schema, or not at all; `execute` says of what type it takes it to be. */
export interface JsonSchemaTool<In, Out, Context> extends Tool<In, Out, Context> {
  readonly inputSchema?: JsonSchema
}

/** A tool whose code lives in a module, to be run in a thread or a process of its own. */
export interface IsolatedTool extends Omit<AnyTool, 'execute'> {
  readonly isolation: Isolation
  readonly execute?: never
}

/** {@link defineTool} for tools that expect `Context` of the application. */
export interface DefineTool<Context> {
  <In, Out>(tool: StandardTool<In, Out, Context>): Tool<In, Out, Context>
  <Out, In = JsonObject>(tool: JsonSchemaTool<In, Out, Context>): Tool<In, Out, Context>
}

/**
 * Checks a tool and freezes it. The types of its input and output are inferred.
 *
 * @throws MisuseError where an option is impossible
 *
 * @example With a Standard Schema
 * ```ts
 * import { defineTool } from 'aof-runtime'
 * import { z } from 'zod'
 *
 * const search = defineTool({
 *   name: 'search',
 *   description: 'Searches the handbook.',
 *   inputSchema: z.object({ q: z.string() }),
 *   annotations: { readOnlyHint: true },
 *   execute: async ({ q }) => [`a page about ${q}`],
 * })
 * ```
 *
 * @example With a context of the application's own
 * ```ts
 * import { defineTool } from 'aof-runtime'
 * import { z } from 'zod'
 *
 * const whoAmI = defineTool<{ user: string }>()({
 *   name: 'who_am_i',
 *   inputSchema: z.object({}),
 *   execute: (_input, ctx) => ctx.context.user,
 * })
 * ```
 *
 * @example With what its calls read and write
 * ```ts
 * import { defineTool } from 'aof-runtime'
 * import { appendFile } from 'node:fs/promises'
 *
 * const append = defineTool({
 *   name: 'append',
 *   inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
 *   // Calls for one file run one after the other, in call order; those for others beside them.
 *   effects: ({ path }: { path: string; line: string }) => [{ resource: `file:${path}`, mode: 'write' }],
 *   execute: ({ path, line }) => appendFile(path, `${line}\n`),
 * })
 * ```
 *
 * @example In a thread of its own, where it can be ended by force
 * ```ts
 * import { defineTool } from 'aof-runtime'
 *
 * const crunch = defineTool({
 *   name: 'crunch',
 *   inputSchema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
 *   timeoutMs: 5_000,
 *   isolation: { mode: 'thread', module: new URL('../../../../src/core/crunch.js', import.meta.url), export: 'crunch' },
 * })
 * ```
 */
export function defineTool(tool: IsolatedTool): Tool<unknown, unknown, unknown>
export function defineTool<In, Out>(tool: StandardTool<In, Out, unknown>): Tool<In, Out, unknown>
export function defineTool<Out, In = JsonObject>(tool: JsonSchemaTool<In, Out, unknown>): Tool<In, Out, unknown>
export function defineTool<Context>(): DefineTool<Context>
export function defineTool(tool?: AnyTool | IsolatedTool): unknown {
  return tool === undefined ? freeze : freeze(tool)
}

function freeze(tool: AnyTool | IsolatedTool): AnyTool {
  if (typeof tool === 'object' && tool !== null) checkOptions(labelOf(tool.name), tool, TOOL_OPTIONS)
  const whole = hasCode(tool) ? tool : { ...tool, execute: elsewhere }
  checkTool(whole)
  return Object.freeze({ ...whole })
}

function hasCode(tool: AnyTool | IsolatedTool): tool is AnyTool {
  return typeof tool !== 'object' || tool === null || tool.isolation === undefined || tool.execute !== undefined
}

/** What an isolated tool has in place of its code, which is in its module. */
function elsewhere(): never {
  throw new MisuseError('tool.execute()', 'to be run by an executor, since the tool is isolated', undefined)
}

/** Throws a {@link MisuseError} unless `tool` can be registered. */
export function checkTool(tool: AnyTool): void {
  if (typeof tool !== 'object' || tool === null) throw new MisuseError('tool', 'an object with name and execute', tool)
  const { name, execute, retry, breaker, isolation } = tool
  if (typeof name !== 'string' || name.length === 0 || name.length > 256)
    throw new MisuseError('tool.name', 'a string of 1 to 256 characters', name)
  const label = labelOf(name)
  checkSpelling(label, tool, TOOL_OPTIONS)
  if (typeof execute !== 'function') throw new MisuseError(`${label}.execute`, 'a function', execute)
  if (tool.description !== undefined && typeof tool.description !== 'string')
    throw new MisuseError(`${label}.description`, 'a string', tool.description)
  if (tool.annotations !== undefined) checkAnnotations(`${label}.annotations`, tool.annotations)
  if (tool.toContent !== undefined && typeof tool.toContent !== 'function')
    throw new MisuseError(`${label}.toContent`, 'a function', tool.toContent)
  for (const key of ['inputSchema', 'outputSchema', 'inputJsonSchema'] as const) {
    const schema: unknown = tool[key]
    if (schema === undefined) continue
    if (schema === null || (typeof schema !== 'object' && typeof schema !== 'function')) {
      throw new MisuseError(
        `${label}.${key}`,
        key === 'inputJsonSchema' ? 'a JSON Schema' : 'a Standard Schema or a JSON Schema',
        schema,
      )
    }
  }
  checkTimeLimits(`${label}.`, tool)
  checkToolLimits(label, tool)
  checkEffects(label, tool)
  if (tool.references !== undefined && typeof tool.references !== 'boolean')
    throw new MisuseError(`${label}.references`, 'true or false', tool.references)
  if (tool.priority !== undefined) checkPriority(`${label}.priority`, tool.priority)
  if (retry !== undefined) checkRetry(`${label}.retry`, retry)
  if (breaker !== undefined) checkBreaker(`${label}.breaker`, breaker)
  if (isolation !== undefined) checkIsolation(`${label}.isolation`, isolation)
}

function labelOf(name: unknown): string {
  return typeof name === 'string' ? `tool '${name}'` : 'tool'
}

/** Throws a {@link MisuseError} for a priority out of bounds. */
export function checkPriority(option: string, priority: number): void {
  checkCount(option, priority, -100, 100)
}
