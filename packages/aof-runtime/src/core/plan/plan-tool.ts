import { checkOptions, namesOf } from '../contract/option-names.ts'
import type { CallInfo } from '../contract/call-info.ts'
import type { Effect, ResourceEffect } from '../order/effects/effect.ts'
import { executorParts, type ToolExecutor } from '../executor/executor.ts'
import type { ExecutorParts } from '../executor/parts.ts'
import { keysOf } from '../contract/json-pointer.ts'
import type { JsonValue } from '../contract/json.ts'
import { checkCount, MisuseError } from '../contract/misuse.ts'
import { executeNested } from '../calls/nested-executor.ts'
import type { SpilledFile, ToolError, ToolResult, ToolResultStatus } from '../contract/result.ts'
import type { StandardResult, StandardSchema } from '../contract/schema.ts'
import type { Tool } from '../tool/tool.ts'
import {
  type CheckedPlan,
  type CheckedStep,
  checkPlan,
  type Plan,
  PLAN_REFERENCES,
  type PlanTools,
  planTools,
  stepCall,
} from './plan.ts'
import { PLAN_DESCRIPTION, planSchema } from './plan-definition.ts'
import { defineTool } from '../tool/define-tool.ts'

/** Options of {@link planTool}. */
export interface PlanToolOptions {
  /** The tool's name. @default 'plan' */
  readonly name?: string
  /** Describes to the model when and how to call the tool. @default a description of plans, and of how steps use results */
  readonly description?: string
  /** The most steps of a plan: 1 to 1 000. @default 100 */
  readonly maxSteps?: number
}

const PLAN_TOOL_OPTIONS = namesOf<PlanToolOptions>()('name description maxSteps')

export function checkPlanToolOptions(label: string, options: PlanToolOptions): void {
  checkOptions(label, options, PLAN_TOOL_OPTIONS)
}

/** The result of a step. */
export interface PlanStepResult {
  readonly id: string
  readonly tool: string
  readonly status: ToolResultStatus
  /** The data of a step that succeeded; with `spilled` a preview of it. */
  readonly data?: JsonValue
  readonly spilled?: SpilledFile
  /** The error of a step that did not succeed. */
  readonly error?: Pick<ToolError, 'code' | 'message'>
}

/** The results of all steps, in the order of the plan. */
export interface PlanResult {
  readonly results: readonly PlanStepResult[]
}

/**
 * A tool with which a model sends a whole graph of calls in one turn: steps that name tools of `executor`, refer to each
 * other's results, and run as soon as they can.
 *
 * The plan is checked as a whole before its first step runs: its steps, their order, and all arguments that refer to no
 * result. Its steps are nested calls of the plan's call on `executor`: they keep the executor's limits, and the effects of the
 * plan's call are those of all its steps. The plan tool has no timeout of its own.
 *
 * @throws MisuseError if an option is out of its bounds
 *
 * @example
 * ```ts
 * import { defineTool, planTool, ToolExecutor } from 'aof-runtime'
 *
 * const search = defineTool({ name: 'search', execute: ({ q }: { q: string }) => [{ title: `About ${q}` }] })
 * const save = defineTool({ name: 'save', execute: ({ text }: { text: string }) => `saved: ${text}` })
 * const executor = new ToolExecutor({ tools: [search, save] })
 * const plan = planTool(executor)
 * const result = await executor.call(plan, {
 *   steps: [
 *     { id: 'find', tool: 'search', arguments: { q: 'tides' } },
 *     { id: 'keep', tool: 'save', arguments: { text: 'Read {{find/0/title}}.' } },
 *   ],
 * })
 * if (result.success) console.log(result.data.results[1]?.data) // saved: Read About tides.
 * ```
 */
export function planTool(executor: ToolExecutor, options: PlanToolOptions = {}): Tool<Plan, PlanResult> {
  const parts = executorParts(executor)
  return makePlanTool(() => parts, [...parts.compiler.registry.keys()], options)
}

/**
 * A plan tool for an executor that is not made yet.
 *
 * @param names the names of the tools that steps may name
 */
export function makePlanTool(
  parts: () => ExecutorParts,
  names: readonly string[],
  options: PlanToolOptions,
): Tool<Plan, PlanResult> {
  checkPlanToolOptions('', options)
  const { name = 'plan', description = PLAN_DESCRIPTION, maxSteps = 100 } = options
  checkCount('maxSteps', maxSteps, 1, 1_000)
  if (names.length === 0) throw new MisuseError('executor', 'an executor with tools, for the steps of plans', 'none')
  const known = new Set(names)
  const tools = (): PlanTools => planTools(parts(), maxSteps, names, (each) => known.has(each))
  return defineTool<Plan, PlanResult>({
    name,
    description,
    inputSchema: schemaOf(tools),
    inputJsonSchema: planSchema(names, maxSteps),
    timeoutMs: Infinity,
    references: false,
    effects: (plan, info) => union(checked(plan).steps.flatMap((step, index) => effectsOf(step, index, tools(), info))),
    execute: async (plan, ctx) => {
      const calls = checked(plan).steps.map(stepCall)
      const results = await executeNested(parts().batches, ctx, calls, PLAN_REFERENCES)
      return { results: results.map(stepResult) }
    },
  })
}

/** The tool gets the plan as its schema returned it. */
function checked(plan: Plan): CheckedPlan {
  return plan as CheckedPlan
}

/** The result of a step in the form that the model gets. */
export function stepResult(result: ToolResult): PlanStepResult {
  const { id, name: tool, status } = result
  if (!result.success) return { id, tool, status, error: { code: result.error.code, message: result.error.message } }
  const { data, spilled } = result
  return { id, tool, status, data, ...(spilled !== undefined && { spilled }) }
}

function schemaOf(tools: () => PlanTools): StandardSchema<unknown, Plan> {
  return {
    '~standard': {
      version: 1,
      vendor: 'aof-runtime',
      validate: async (value): Promise<StandardResult<Plan>> => {
        const validation = await checkPlan(value, tools())
        if (validation.ok) return { value: validation.value }
        return { issues: validation.issues.map(({ pointer, message }) => ({ message, path: keysOf(pointer) })) }
      },
    },
  }
}

/** The effects of a step, as far as they are known before other steps have run. */
function effectsOf(
  { tool: name, id, input }: CheckedStep,
  index: number,
  tools: PlanTools,
  { context }: CallInfo,
): Effect[] {
  const effects = tools.tool(name)?.effects
  if (effects === undefined) return []
  try {
    if (input !== undefined)
      return effects.of(input.value, { context, call: { id, name, arguments: input.value }, index }).map(toEffect)
  } catch {
    // The step itself will fail with the reason.
  }
  return effects.bound.map(toEffect)
}

/** Each effect once, since steps of a plan often have the same effects. */
function union(effects: readonly Effect[]): Effect[] {
  const found = new Map(effects.map((each) => [`${each.mode} ${each.scope ?? ''} ${each.resource}`, each]))
  return [...found.values()]
}

function toEffect({ path, isWrite, isRunOnly }: ResourceEffect): Effect {
  return {
    resource: path.length === 0 ? '/' : path.join('/'),
    mode: isWrite ? 'write' : 'read',
    ...(isRunOnly && { scope: 'run' }),
  }
}
