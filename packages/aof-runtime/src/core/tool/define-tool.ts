import { checkAnnotations } from '../contract/annotations.ts'
import { checkToolLimits } from '../admission/tool-demands.ts'
import { checkBreaker } from '../attempt/circuit-breaker.ts'
import { checkEffects } from '../order/effects/tool-effects.ts'
import type { JsonObject } from '../contract/json.ts'
import { checkIsolation, type Isolation } from '../contract/isolation.ts'
import { checkType, MisuseError } from '../contract/misuse.ts'
import { checkOptions, checkSpelling, namesOf } from '../contract/option-names.ts'
import { checkRetry } from '../contract/retry.ts'
import { checkTimeLimits } from '../contract/time-limits.ts'
import type { JsonSchema, StandardSchema } from '../contract/schema.ts'
import { checkPriority } from '../contract/call-options.ts'
import type { AnyTool, Tool } from './tool.ts'

const TOOL_OPTIONS = namesOf<AnyTool>()(
  'name description inputSchema inputJsonSchema outputSchema annotations timeoutMs idleTimeoutMs deadlineMs',
  'retry breaker isolation key priority references execute toContent maxParallel maxParallelPerKey rate',
  'ratePerKey effects effectScope',
)

/** A tool whose input type is inferred from its Standard Schema. */
export interface StandardTool<In, Out, Context> extends Tool<In, Out, Context> {
  readonly inputSchema: StandardSchema<unknown, In>
}

/** A tool whose input is checked by a JSON Schema, or not at all; the parameter of `execute` declares the input's type. */
export interface JsonSchemaTool<In, Out, Context> extends Tool<In, Out, Context> {
  readonly inputSchema?: JsonSchema
}

/** A tool whose code is in a module, and runs in a thread or a process of its own. */
export interface IsolatedTool extends Omit<AnyTool, 'execute'> {
  readonly isolation: Isolation
  readonly execute?: never
}

/** {@link defineTool} for tools that expect a `Context` from the application. */
export interface DefineTool<Context> {
  <In, Out>(tool: StandardTool<In, Out, Context>): Tool<In, Out, Context>
  <Out, In = JsonObject>(tool: JsonSchemaTool<In, Out, Context>): Tool<In, Out, Context>
}

/**
 * Checks a tool and freezes it. The types of its input and output are inferred.
 *
 * @throws MisuseError if an option is out of its bounds
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
 *   // Calls for the same file run one after the other, in call order; calls for different files run at the same time.
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
 *   isolation: { mode: 'thread', module: new URL('./crunch.js', import.meta.url), export: 'crunch' },
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

/** Replaces the `execute` of an isolated tool, whose code is in its module. */
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
  checkType(`${label}.description`, tool.description, 'string')
  if (tool.annotations !== undefined) checkAnnotations(`${label}.annotations`, tool.annotations)
  checkType(`${label}.toContent`, tool.toContent, 'function')
  for (const key of ['inputSchema', 'outputSchema', 'inputJsonSchema'] as const) {
    const schema: unknown = tool[key]
    if (schema === undefined || typeof schema === 'function' || (typeof schema === 'object' && schema !== null))
      continue
    const expected = key === 'inputJsonSchema' ? 'a JSON Schema' : 'a Standard Schema or a JSON Schema'
    throw new MisuseError(`${label}.${key}`, expected, schema)
  }
  checkTimeLimits(`${label}.`, tool)
  checkToolLimits(label, tool)
  checkEffects(label, tool)
  checkType(`${label}.references`, tool.references, 'boolean')
  if (tool.priority !== undefined) checkPriority(`${label}.priority`, tool.priority)
  if (retry !== undefined) checkRetry(`${label}.retry`, retry)
  if (breaker !== undefined) checkBreaker(`${label}.breaker`, breaker)
  if (isolation !== undefined) checkIsolation(`${label}.isolation`, isolation)
}

function labelOf(name: unknown): string {
  return typeof name === 'string' ? `tool '${name}'` : 'tool'
}
