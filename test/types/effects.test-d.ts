import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  defineTool,
  type Plan,
  type PlanResult,
  planTool,
  type Tool,
  ToolExecutor,
} from '../../packages/aof-runtime/src/index.ts'

describe('effects', () => {
  test('effects get the input of the tool, and return resources and modes', () => {
    defineTool({
      name: 'append',
      inputSchema: z.object({ path: z.string() }),
      effects: (input, ctx) => {
        expectTypeOf(input).toEqualTypeOf<{ path: string }>()
        expectTypeOf(ctx.index).toEqualTypeOf<number>()
        return [{ resource: input.path, mode: 'write', scope: 'run' }]
      },
      effectScope: ['file:'],
      execute: ({ path }) => path,
    })
    // @ts-expect-error -- a mode that there is not
    defineTool({ name: 'a', effects: () => [{ resource: 'x', mode: 'append' }], execute: () => 1 })
    // @ts-expect-error -- effects answer at once
    defineTool({ name: 'a', effects: async () => [], execute: () => 1 })
  })

  test('a plan is a tool like any other', () => {
    const executor = new ToolExecutor({ tools: [] })
    expectTypeOf(planTool(executor)).toEqualTypeOf<Tool<Plan, PlanResult>>()
  })
})
