import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  defineTool,
  type JsonValue,
  type OpenBatch,
  type ToolCall,
  ToolExecutor,
  type ToolExecutorOptions,
  type ToolResult,
} from '../../packages/aof-runtime/src/index.ts'

const executor = new ToolExecutor({ tools: [] })
const search = defineTool({
  name: 'search',
  inputSchema: z.object({ q: z.string(), n: z.number().default(3) }),
  execute: async ({ q }) => ({ hits: [q], at: new Date() }),
})

describe('call', () => {
  test('of a tool takes its input and gives its output, as JSON', async () => {
    const result = await executor.call(search, { q: 'x', n: 1 })
    expectTypeOf(result).toEqualTypeOf<ToolResult<{ hits: string[]; at: Date }>>()
    if (result.success) expectTypeOf(result.data).toEqualTypeOf<{ hits: string[]; at: string }>()
    // @ts-expect-error -- not what the tool takes
    void executor.call(search, { q: 7, n: 1 })
    // @ts-expect-error -- too little
    void executor.call(search, {})
  })

  test('of a name takes anything and gives JSON', async () => {
    const result = await executor.call('search', { whatever: true })
    expectTypeOf(result).toEqualTypeOf<ToolResult>()
    if (result.success) expectTypeOf(result.data).toEqualTypeOf<JsonValue>()
  })

  test('of a tool that returns nothing gives null', async () => {
    const result = await executor.call(defineTool({ name: 'log', execute: () => undefined }), {})
    if (result.success) expectTypeOf(result.data).toEqualTypeOf<null>()
  })
})

describe('executeTools', () => {
  test('takes calls, also of a read-only list, and gives results', () => {
    const calls: readonly ToolCall[] = [{ id: 'a', name: 'search', arguments: '{}' }]
    expectTypeOf(executor.executeTools(calls)).toEqualTypeOf<Promise<ToolResult[]>>()
    // @ts-expect-error -- a call has an id, a name and arguments
    void executor.executeTools([{ name: 'search' }])
    // @ts-expect-error -- an option that there is not
    void executor.executeTools(calls, { retries: 3 })
  })
})

describe('options', () => {
  test('that do not work yet are not there', () => {
    expectTypeOf<keyof ToolExecutorOptions>().toEqualTypeOf<
      | 'tools'
      | 'maxParallelTools'
      | 'admission'
      | 'queue'
      | 'trackNesting'
      | 'effects'
      | 'onUncertain'
      | 'onUncheckablePattern'
      | 'onUnusableTool'
      | 'reportOverlaps'
      | 'maxDepth'
      | 'maxNestedCalls'
      | 'abandonedHoldMs'
      | 'timeoutMs'
      | 'nameTimeLimit'
      | 'idleTimeoutMs'
      | 'deadlineMs'
      | 'graceMs'
      | 'maxAbandoned'
      | 'stallMs'
      | 'isolator'
      | 'maxArgumentsBytes'
      | 'maxResultBytes'
      | 'maxBatchBytes'
      | 'maxSpillBytes'
      | 'spill'
      | 'openSpillStore'
      | 'secrets'
      | 'redact'
      | 'logger'
      | 'clock'
      | 'random'
      | 'compileJsonSchema'
    >()
  })

  test('undefined is no value for them', () => {
    // @ts-expect-error -- leave it out instead
    new ToolExecutor({ tools: [], maxParallelTools: undefined })
  })
})

test('an open batch is iterated and disposed of', async () => {
  const batch: OpenBatch = executor.openBatch()
  for await (const result of batch) expectTypeOf(result).toEqualTypeOf<ToolResult>()
  expectTypeOf(batch.results()).toEqualTypeOf<Promise<ToolResult[]>>()
  expectTypeOf(batch).toExtend<AsyncDisposable>()
  expectTypeOf(batch.reserve({ id: 'a', name: 'b' }).complete)
    .parameter(0)
    .toEqualTypeOf<unknown>()
})
