import { systemClock, ToolExecutor, type ToolResult } from 'aof-runtime'
import { describeIssues, runPlan, stepResult } from 'aof-runtime/internal/plan'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { oneLine, valueText } from '../text.ts'
import type { TurnExecution } from './execute-turn.ts'

/** The largest number of steps of a plan in a file. */
const MAX_STEPS = 10_000

/** The plan in a file; undefined if the file does not contain one. */
export function planIn(bytes: Uint8Array): object | undefined {
  // A text with another beginning is not a JSON object; a stream may be long, so it is not parsed.
  if (!/^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)))) return undefined
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const isPlan = typeof value === 'object' && value !== null && 'steps' in value && Array.isArray(value.steps)
    return isPlan ? value : undefined
  } catch {
    return undefined
  }
}

/** Options for executing a plan. */
export interface PlanExecution extends Omit<TurnExecution, 'model'> {
  /** The file of the plan. */
  readonly file: string
}

/** The outcome of a plan's steps. */
export interface ExecutedPlan {
  readonly results: readonly ToolResult[]
  readonly wallMs: number
  readonly abandoned: number
}

/**
 * Runs the steps of a plan.
 *
 * @throws CliError if the plan is invalid; then no step has run
 */
export async function executePlan(plan: object, given: PlanExecution): Promise<ExecutedPlan> {
  const { file, signal, emit, timeoutMs } = given
  const { clock = systemClock } = given.executor
  const executor = new ToolExecutor(given.executor)
  const startedAt = clock.now()
  emit({ type: 'turn_started', turn: 0 })
  const ran = await runPlan(
    executor,
    plan,
    MAX_STEPS,
    { signal, onEvent: emit, ...(timeoutMs !== undefined && { timeoutMs }) },
    (steps) => {
      emit({ type: 'model_finished', turn: 0, finishReason: 'tool-calls' })
      for (const [index, { id, tool: name, arguments: args }] of steps.entries()) {
        emit({ type: 'call_arriving', turn: 0, index, id, name })
        emit({ type: 'call_arguments', turn: 0, index, arguments: valueText(args) })
      }
    },
  )
  const wallMs = clock.now() - startedAt
  if (ran.ok) emit({ type: 'turn_finished', turn: 0, calls: ran.results.length })
  const { abandoned } = await executor.close()
  if (!ran.ok)
    throw new CliError(
      EXIT.file,
      `${oneLine(file)}: the plan is invalid, and no step ran: ${describeIssues(ran.issues)}`,
    )
  return { results: ran.results, wallMs, abandoned }
}

/** Prints the outcome of a plan on standard output. */
export function reportPlan({ results, wallMs }: ExecutedPlan, output: Output): void {
  if (!output.json) return output.answerJson({ results: results.map(stepResult) })
  const runMs = results.reduce((sum, { timing }) => sum + timing.runMs, 0)
  output.answerJson({ results, timing: { wallMs, runMs } })
}
