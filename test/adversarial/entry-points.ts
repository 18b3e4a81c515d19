import {
  type AnyTool,
  type ToolCall,
  ToolExecutor,
  type ToolExecutorOptions,
  type ToolResult,
} from '../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { MemoryStore } from '../core/memory-store.ts'

/** A way in which a call gets into an executor. There is one gate behind all of them (I47). */
export type EntryPoint = (executor: ToolExecutor, call: ToolCall) => Promise<ToolResult>

const entryPoints: readonly (readonly [name: string, enter: EntryPoint])[] = [
  ['executeTools', async (executor, call) => first(await executor.executeTools([call]))],
  ['add', (executor, call) => executor.openBatch().add(call).result()],
  [
    'reserve and complete',
    (executor, call) => {
      const slot = executor.openBatch().reserve(call)
      slot.complete(call.arguments)
      return slot.result()
    },
  ],
]

function first(results: readonly ToolResult[]): ToolResult {
  const [result] = results
  if (result === undefined || results.length !== 1) throw new Error(`expected one result, got ${results.length}`)
  return result
}

/** Runs a call through every entry point, each with an executor of its own; all results must be equal. */
export async function everyWay(
  tools: readonly AnyTool[],
  call: ToolCall,
  options: Partial<ToolExecutorOptions> = {},
): Promise<ToolResult> {
  const results: ToolResult[] = []
  for (const [, enter] of entryPoints) {
    const clock = new VirtualClock()
    const executor = new ToolExecutor({ tools, clock, openSpillStore: () => new MemoryStore(), ...options })
    results.push(await clock.runUntil(enter(executor, call)))
  }
  const [result, ...others] = results
  for (const other of others) {
    if (JSON.stringify(other) !== JSON.stringify(result)) {
      throw new Error(`the entry points differ: ${JSON.stringify(results)}`)
    }
  }
  return result as ToolResult
}
