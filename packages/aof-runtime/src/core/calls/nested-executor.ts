import type { Attempt } from '../attempt/attempt.ts'
import type { Batch } from './batch.ts'
import { contextParts } from './call-context.ts'
import { type CallOptions, checkCallOptions } from '../contract/call-options.ts'
import type { CallRecord } from './call-record.ts'
import type { ToolCall } from '../contract/call.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { ReferenceSyntax } from '../order/dependencies/references.ts'
import type { Nesting } from './nesting.ts'
import { StreamedBatch } from './open-batch.ts'
import { readCalls } from '../contract/call-shape.ts'
import type { ToolResult } from '../contract/result.ts'
import { checkStackRoom, emptyStack, hasStackRoom } from '../host/stack-room.ts'
import type { AnyTool, NestedExecutor, ToolContext } from '../tool/tool.ts'

/** How batches of nested calls are opened. */
export interface NestedOpener {
  readonly tools: () => readonly AnyTool[]
  /** What a tool is run as that is given itself; undefined for the name of one. */
  readonly compiled: (tool: AnyTool | string) => CompiledTool | undefined
  /** @param nesting undefined where the call has ended that makes the others */
  readonly open: (
    options: CallOptions,
    size: number | undefined,
    nesting: Nesting | undefined,
    by: CallRecord,
    syntax?: ReferenceSyntax,
  ) => Batch
}

/** The executor by which an attempt of a call makes calls itself. */
export function nestedExecutor(call: CallRecord, attempt: Attempt, opener: NestedOpener): NestedExecutor {
  const open = (options: CallOptions, size: number | undefined): Batch => {
    checkCallOptions(options)
    const nesting = attempt.openNesting()
    return opener.open(inherited(call, nesting, options), size, nesting, call)
  }
  return {
    get tools() {
      return opener.tools()
    },
    executeTools: async (calls, options = {}) => {
      if (!hasStackRoom()) await emptyStack
      const given = readCalls(calls)
      checkCallOptions(options)
      if (given.length === 0) return []
      const batch = open(options, given.length)
      batch.acceptAll(given)
      return batch.results()
    },
    openBatch: (options = {}) => {
      checkStackRoom('openBatch()')
      return new StreamedBatch(open(options, undefined))
    },
    call: async (tool: AnyTool | string, input: unknown, options: CallOptions = {}) => {
      if (!hasStackRoom()) await emptyStack
      const compiled = opener.compiled(tool)
      return callOne(open(options, 1), tool, input, compiled) as never
    },
  }
}

/**
 * Runs calls as those of the call that `ctx` belongs to, on any executor.
 *
 * @param syntax where references to results are found in their arguments
 */
export async function executeNested(
  opener: Pick<NestedOpener, 'open'>,
  ctx: ToolContext,
  calls: readonly ToolCall[],
  syntax: ReferenceSyntax,
): Promise<ToolResult[]> {
  if (!hasStackRoom()) await emptyStack
  const { call, attempt } = contextParts(ctx)
  const nesting = attempt.openNesting()
  const batch = opener.open(inherited(call, nesting, {}), calls.length, nesting, call, syntax)
  batch.acceptAll(calls)
  return batch.results()
}

/** Makes a batch of one call, and gives its result. */
export async function callOne(
  batch: Batch,
  tool: AnyTool | string,
  input: unknown,
  compiled: CompiledTool | undefined,
): Promise<ToolResult | undefined> {
  const name = typeof tool === 'string' ? tool : tool.name
  const args = typeof input === 'string' ? JSON.stringify(input) : input
  batch.acceptOne({ id: 'call-0', name, arguments: args }, compiled)
  const [result] = await batch.results()
  return result
}

/** What nested calls have from the one that makes them, unless they are given others; their keys differ by their turn. */
function inherited({ batch }: CallRecord, nesting: Nesting | undefined, options: CallOptions): CallOptions {
  const { context, budget, log } = batch
  const logger = log?.logger
  return {
    context,
    turn: nesting?.opened ?? 0,
    ...(budget !== undefined && { budget }),
    ...(logger !== undefined && { logger }),
    ...options,
  }
}
