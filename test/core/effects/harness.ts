import {
  type AnyTool,
  defineTool,
  type Effect,
  type ToolCall,
  type ToolContext,
} from '../../../packages/aof-runtime/src/index.ts'
import type { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'

/** The input of a call of {@link touch}. */
export interface Touch {
  readonly ms?: number
  readonly reads?: readonly string[]
  readonly writes?: readonly string[]
  readonly privately?: readonly string[]
  readonly ends?: 'throw' | 'hang' | 'deaf'
  readonly nested?: readonly ToolCall[]
}

/** A tool that reads and writes what its arguments say, for so long. */
export function touch(clock: VirtualClock, rest: Partial<AnyTool> = {}): AnyTool {
  return defineTool({
    name: 'touch',
    effects: ({ reads = [], writes = [], privately = [] }: Touch): Effect[] => [
      ...reads.map((resource) => ({ resource, mode: 'read' as const })),
      ...writes.map((resource) => ({ resource, mode: 'write' as const })),
      ...privately.map((resource) => ({ resource, mode: 'write' as const, scope: 'run' as const })),
    ],
    execute: async ({ ms, ends, nested }: Touch, ctx: ToolContext) => {
      if (nested !== undefined && ms !== undefined) await clock.sleep(ms)
      if (nested !== undefined) return (await ctx.executor.executeTools(nested)).map(({ status }) => status)
      if (ends === 'hang' || ends === 'deaf')
        await new Promise((_, reject) => {
          if (ends === 'hang') ctx.signal.addEventListener('abort', () => reject(new Error('told to stop')))
        })
      await clock.sleep(ms ?? 10)
      if (ends === 'throw') throw new Error('as told')
      return ms ?? 10
    },
    ...rest,
  } as never)
}

export function touching(id: string, what: Touch, more: Partial<ToolCall> = {}): ToolCall {
  return { id, name: 'touch', arguments: what, ...more }
}
