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
  test('a call of a tool takes its input and returns its output, as JSON', async () => {
    const result = await executor.call(search, { q: 'x', n: 1 })
    expectTypeOf(result).toEqualTypeOf<ToolResult<{ hits: string[]; at: Date }>>()
    if (result.success) expectTypeOf(result.data).toEqualTypeOf<{ hits: string[]; at: string }>()
    // @ts-expect-error -- not what the tool takes
    void executor.call(search, { q: 7, n: 1 })
    // @ts-expect-error -- too little
    void executor.call(search, {})
  })

  test('a call by name takes anything and returns JSON', async () => {
    const result = await executor.call('search', { whatever: true })
    expectTypeOf(result).toEqualTypeOf<ToolResult>()
    if (result.success) expectTypeOf(result.data).toEqualTypeOf<JsonValue>()
  })

  test('a call of a tool without a value returns null', async () => {
    const result = await executor.call(defineTool({ name: 'log', execute: () => undefined }), {})
    if (result.success) expectTypeOf(result.data).toEqualTypeOf<null>()
  })
})

describe('executeTools', () => {
  test('executeTools takes calls, also a read-only list, and returns results', () => {
    const calls: readonly ToolCall[] = [{ id: 'a', name: 'search', arguments: '{}' }]
    expectTypeOf(executor.executeTools(calls)).toEqualTypeOf<Promise<ToolResult[]>>()
    // @ts-expect-error -- a call has an id, a name and arguments
    void executor.executeTools([{ name: 'search' }])
    // @ts-expect-error -- an option that there is not
    void executor.executeTools(calls, { retries: 3 })
  })
})

describe('options', () => {
  test('options that do not work yet do not exist', () => {
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

  test('options may not be undefined', () => {
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
