import {
  type AnyTool,
  defineTool,
  type StandardSchema,
  type ToolContext,
} from '../../../packages/aof-runtime/src/index.ts'
import { callOf, type Info, type Surroundings } from './surroundings.ts'
import { namedEffects } from './draw-batches.ts'
import type { CallFacts } from './facts.ts'
import type { EffectPlan, ToolPlan } from './plan.ts'
import { SCOPE, SET } from './plan.ts'
import type { Stage } from './stage.ts'
import { Body } from './body.ts'

/** The tool of a plan: each of its functions looks up for which call it is asked, and does what that call's plan says. */
export function toolOf(plan: ToolPlan, index: number, stage: Stage, around: Surroundings): AnyTool {
  const { timeoutMs, idleTimeoutMs, deadlineMs } = plan.limits
  const effects = (_input: unknown, info: Info): readonly EffectPlan[] => {
    const call = callOf(info)
    around.react('effects', call)
    call.hasNamed = true
    return namedEffects(plan.effects, call.plan)
  }
  const key = (_input: unknown, info: Info): string => {
    const call = callOf(info)
    around.react('key', call)
    return (call.key = `${call.plan.key % plan.keys}`)
  }
  const { rate, ratePerKey, priority, retry, breaker, repeatable } = plan
  const tool: AnyTool = {
    name: `tool${index}`,
    maxParallel: plan.maxParallel,
    ...(plan.keys > 0 && (plan.maxParallelPerKey !== Infinity || ratePerKey) && { key }),
    ...(plan.keys > 0 && plan.maxParallelPerKey !== Infinity && { maxParallelPerKey: plan.maxParallelPerKey }),
    ...(rate && { rate }),
    ...(ratePerKey && { ratePerKey }),
    ...(priority !== undefined && { priority }),
    ...((plan.effects === 'named' || plan.effects === 'scoped') && { effects }),
    ...(plan.effects === 'scoped' && { effectScope: SCOPE }),
    ...((plan.effects === 'sets' || plan.effects === 'gets') && { effectScope: SET }),
    annotations: {
      ...((repeatable === 'read-only' || plan.effects === 'gets') && { readOnlyHint: true }),
      ...(repeatable === 'idempotent' && { idempotentHint: true }),
    },
    ...(retry && { retry: { ...retry, factor: 1 } }),
    ...(breaker && { breaker: { ...breaker, failureRate: 0.5, windowMs: 100 } }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(plan.inputSchema !== 'none' && { inputSchema: inputSchema(plan, stage, around) }),
    ...(plan.outputSchema !== 'none' && { outputSchema: outputSchema(plan, stage, around) }),
    ...(plan.hasContent && {
      toContent: (data: unknown) => {
        around.react('content', stage.byMark.get((data as { mark?: unknown } | null)?.mark))
        return [{ type: 'text' as const, text: 'content' }]
      },
    }),
    execute: (input: unknown, ctx: ToolContext) => new Body(stage, around, callOf(ctx), input, ctx).run(),
  }
  return defineTool(tool as never) as AnyTool
}

type Validated = { value: unknown } | { issues: { message: string }[] }

function standard(validate: (value: unknown) => Validated | Promise<Validated>): StandardSchema {
  return { '~standard': { version: 1, vendor: 'simulation', validate } }
}

function inputSchema({ inputSchema: when }: ToolPlan, stage: Stage, around: Surroundings): StandardSchema {
  const judged = (call: CallFacts | undefined, value: unknown): Validated => {
    around.react('schema', call)
    stage.happened.add(when === 'later' ? 'late input schemas' : 'input schemas')
    if (call === undefined || call.plan.args === 'misfit') return { issues: [{ message: 'its mark is not text' }] }
    call.hasPassed = true
    return { value }
  }
  return standard((value) => {
    const call = stage.byMark.get((value as { of?: unknown } | null)?.of)
    if (when === 'at once') return judged(call, value)
    around.react('schema', call)
    if (call !== undefined) {
      call.isChecking = true
      call.checksSince = stage.now
    }
    return stage.simulation.clock.sleep(call?.plan.schemaMs ?? 0).then(() => {
      if (call !== undefined) call.isChecking = false
      return judged(call, value)
    })
  })
}

function outputSchema({ outputSchema: when }: ToolPlan, stage: Stage, around: Surroundings): StandardSchema {
  return standard((value) => {
    const call = stage.byValue.get(value as object)
    around.react('schema', call)
    stage.happened.add('output schemas')
    const judged = (): Validated =>
      call?.plan.outputFits === false ? { issues: [{ message: 'it does not fit' }] } : { value }
    if (when === 'at once') return judged()
    return stage.simulation.clock.sleep(call?.plan.schemaMs ?? 0).then(judged)
  })
}
