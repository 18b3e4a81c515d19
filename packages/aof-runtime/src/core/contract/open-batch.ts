import type { ToolCall } from './call.ts'
import type { ToolResult } from './result.ts'

/** A call of an open batch. */
export interface CallHandle {
  /** Its place in the batch, from 0. */
  readonly index: number
  /** Resolves with the result of the call; never rejects. */
  result(): Promise<ToolResult>
}

/** A place in an open batch for a call whose arguments have not arrived yet. Complete it or drop it, once. */
export interface Slot extends CallHandle {
  /**
   * Gives the arguments: the call starts as soon as it may.
   *
   * @param args the model's JSON text, or a value, which is copied
   * @throws MisuseError if the slot was completed or dropped before
   */
  complete(args: unknown): void
  /**
   * Gives the call up, since its arguments will never arrive: it gets an `invalid` result and does not run.
   *
   * @param reason for the model, e.g. "the answer was cut off"
   * @throws MisuseError if the slot was completed or dropped before
   */
  drop(reason: string): void
}

/**
 * A batch whose calls arrive one by one while the model still streams its answer. Iteration gives the results in the order
 * in which they are decided; it always begins with the first one, also if it starts late. Leaving it early cancels nothing.
 *
 * @example
 * ```ts
 * import { ToolExecutor, defineTool } from 'aof-runtime'
 *
 * const double = defineTool({ name: 'double', execute: ({ n }: { n: number }) => n * 2 })
 * const executor = new ToolExecutor({ tools: [double] })
 *
 * await using batch = executor.openBatch()
 * const slot = batch.reserve({ id: 'a', name: 'double' }) // the model began a call …
 * batch.add({ id: 'b', name: 'double', arguments: '{"n":2}' }) // … and one that came whole
 * slot.complete('{"n":1}')
 * batch.close()
 * for (const result of await batch.results()) console.log(result.id, result.success && result.data)
 * ```
 */
export interface OpenBatch extends AsyncIterable<ToolResult>, AsyncDisposable {
  /** Number of calls so far. */
  readonly size: number
  /**
   * Reserves the place of a call whose name has arrived and whose arguments have not.
   *
   * @throws MisuseError after {@link close}
   */
  reserve(call: { readonly id: string; readonly name: string }): Slot
  /**
   * Adds a complete call, and starts it as soon as it may.
   *
   * @throws MisuseError after {@link close}
   */
  add(call: ToolCall): CallHandle
  /** Closes the batch for further calls. Slots without arguments become `invalid`. Closing twice does nothing. */
  close(): void
  /** Resolves with all results in call order when the batch is closed and every call has its result; never rejects. */
  results(): Promise<ToolResult[]>
  /** Closes the batch, aborts its running and waiting calls, and resolves when every call has its result. */
  [Symbol.asyncDispose](): Promise<void>
}
