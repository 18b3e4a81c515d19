import type { CallOptions } from '../contract/call-options.ts'
import type { ToolCall } from '../contract/call.ts'
import type { ToolResult } from '../contract/result.ts'
import { emptyStack, hasStackRoom } from '../host/stack-room.ts'
import type { ReferenceSyntax } from '../order/dependencies/references.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { AnyTool, NestedExecutor, ToolContext } from '../tool/tool.ts'
import { BatchOpener } from './batch-opener.ts'
import type { Batches } from './batches.ts'
import { type RunningCall, runningCallOf } from './call-context.ts'
import type { Nesting } from './nesting.ts'

/** The executor by which a running call makes nested calls. */
export function nestedExecutor(
  running: RunningCall,
  batches: Batches,
  tools: () => readonly AnyTool[],
  compiled: (tool: AnyTool) => CompiledTool,
): NestedExecutor {
  const { call } = running
  const opener = new BatchOpener((options, size) => {
    const nesting = running.openNesting()
    return batches.open(inherited(running, nesting, options), size, { nesting, by: call, syntax: undefined })
  }, compiled)
  return {
    get tools() {
      return tools()
    },
    executeTools: (calls, options) => opener.executeTools(calls, options),
    openBatch: (options) => opener.openBatch(options),
    call: (tool: AnyTool | string, input: unknown, options?: CallOptions) => opener.call(tool, input, options) as never,
  }
}

/**
 * Runs calls as nested calls of the call that `ctx` belongs to, on any executor.
 *
 * @param syntax the form of references to results in their arguments
 */
export async function executeNested(
  batches: Batches,
  ctx: ToolContext,
  calls: readonly ToolCall[],
  syntax: ReferenceSyntax,
): Promise<ToolResult[]> {
  if (!hasStackRoom()) await emptyStack
  const running = runningCallOf(ctx)
  const nesting = running.openNesting()
  const options = inherited(running, nesting, {})
  return batches.open(options, calls.length, { nesting, by: running.call, syntax }).acceptAll(calls)
}

/** The options that nested calls inherit, unless they are given; batches without a turn count their own, so that keys differ. */
function inherited({ call }: RunningCall, nesting: Nesting | undefined, options: CallOptions): CallOptions {
  const { context, budget, log } = call.batch
  const logger = log?.logger
  return {
    context,
    turn: nesting?.opened ?? 0,
    ...(budget !== undefined && { budget }),
    ...(logger !== undefined && { logger }),
    ...options,
  }
}
