import type { CallOptions } from '../contract/call-options.ts'
import { executorParts, type ToolExecutor } from '../executor/executor.ts'
import type { ToolResult } from '../contract/result.ts'
import type { Issue } from '../contract/schema.ts'
import { checkPlan, PLAN_REFERENCES, planTools, stepCall } from './plan.ts'

/** The result of a plan: the results of all its steps, or the issues of an invalid plan, of which no step has run. */
export type RanPlan =
  | { readonly ok: true; readonly results: readonly ToolResult[] }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/**
 * Checks a plan as a whole, and runs its steps as the calls of a turn.
 *
 * @param maxSteps the most steps of the plan
 * @param checked gets the valid steps before the first one starts
 */
export async function runPlan(
  executor: ToolExecutor,
  plan: unknown,
  maxSteps: number,
  options: CallOptions,
  checked: (steps: readonly { readonly id: string; readonly tool: string; readonly arguments: unknown }[]) => void,
): Promise<RanPlan> {
  const parts = executorParts(executor)
  const validation = await checkPlan(plan, planTools(parts, maxSteps, [...parts.compiler.registry.keys()]))
  if (!validation.ok) return validation
  const { steps } = validation.value
  checked(steps)
  return {
    ok: true,
    results: await parts.openTop(options, steps.length, PLAN_REFERENCES).acceptAll(steps.map(stepCall)),
  }
}
