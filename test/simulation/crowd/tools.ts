import { type AnyTool, defineTool, type ToolContext } from '../../../packages/aof-runtime/src/index.ts'
import type { Simulation } from '../../../packages/aof-runtime/src/testing/index.ts'
import type { Act, ToolPlan } from './plan.ts'

/** The tool of a plan. */
export function crowdTool(plan: ToolPlan, index: number, execute: (ctx: ToolContext) => Promise<string>): AnyTool {
  const { maxParallel, keys, maxParallelPerKey, rate, ratePerKey, priority, retries, timeoutMs } = plan
  return defineTool({
    name: `tool${index}`,
    timeoutMs,
    maxParallel,
    ...(keys > 0 && { key: ({ key }: { key: number }) => `${key % keys}`, maxParallelPerKey }),
    ...(rate && { rate }),
    ...(ratePerKey && { ratePerKey }),
    ...(priority !== undefined && { priority }),
    ...(retries && { retry: { maxAttempts: 2, initialDelayMs: 5 }, annotations: { readOnlyHint: true } }),
    execute: (_: { key: number }, ctx: ToolContext) => execute(ctx),
  })
}

/** An act of a tool other than a nested call. */
export async function idle(
  { clock, scheduler }: Simulation,
  mark: string,
  act: Exclude<Act, { does: 'nest' }>,
  signal: () => AbortSignal,
): Promise<void> {
  switch (act.does) {
    case 'sleep':
      return clock.sleep(act.ms, act.heeds ? { signal: signal() } : {})
    case 'point':
      return scheduler.point(mark)
    case 'hang':
      await new Promise<void>((_, reject) => {
        if (!act.heeds) return
        signal().addEventListener('abort', () => reject(new Error('told to stop')), { once: true })
        if (signal().aborted) reject(new Error('told to stop'))
      })
  }
}
