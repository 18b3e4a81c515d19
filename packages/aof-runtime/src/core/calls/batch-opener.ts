import { type CallOptions, checkCallOptions } from '../contract/call-options.ts'
import { readCalls } from '../contract/call-shape.ts'
import type { ToolCall } from '../contract/call.ts'
import type { OpenBatch } from '../contract/open-batch.ts'
import type { ToolResult } from '../contract/result.ts'
import { checkStackRoom, emptyStack, hasStackRoom } from '../host/stack-room.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { AnyTool } from '../tool/tool.ts'
import type { Arrivals } from './arrivals.ts'
import { StreamedBatch } from './open-batch.ts'

/** Runs calls in new batches: for an application, or for a running call. */
export class BatchOpener {
  readonly #open: (options: CallOptions, size: number | undefined) => Arrivals
  readonly #compiled: (tool: AnyTool) => CompiledTool

  /**
   * @param open opens a batch, for `size` calls that come at once
   * @param compiled compiles a tool that an application passes itself
   */
  constructor(
    open: (options: CallOptions, size: number | undefined) => Arrivals,
    compiled: (tool: AnyTool) => CompiledTool,
  ) {
    this.#open = open
    this.#compiled = compiled
  }

  async executeTools(calls: readonly ToolCall[], options: CallOptions = {}): Promise<ToolResult[]> {
    if (!hasStackRoom()) await emptyStack
    const given = readCalls(calls)
    checkCallOptions(options)
    return given.length === 0 ? [] : this.#open(options, given.length).acceptAll(given)
  }

  openBatch(options: CallOptions = {}): OpenBatch {
    checkCallOptions(options)
    checkStackRoom('openBatch()')
    return new StreamedBatch(this.#open(options, undefined))
  }

  async call(tool: AnyTool | string, input: unknown, options: CallOptions = {}): Promise<ToolResult | undefined> {
    if (!hasStackRoom()) await emptyStack
    checkCallOptions(options)
    const compiled = typeof tool === 'string' ? undefined : this.#compiled(tool)
    const name = typeof tool === 'string' ? tool : tool.name
    const args = typeof input === 'string' ? JSON.stringify(input) : input
    return this.#open(options, 1).acceptOne({ id: 'call-0', name, arguments: args }, compiled)
  }
}
