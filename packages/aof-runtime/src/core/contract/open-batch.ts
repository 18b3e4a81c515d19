import type { ToolCall } from './call.ts'
import type { ToolResult } from './result.ts'

/** A call of an open batch. */
export interface CallHandle {
  /** Its place in the batch, from 0. */
  readonly index: number
  /** Its result, as soon as it has one; never rejects. */
  result(): Promise<ToolResult>
}

/** A place in an open batch for a call whose arguments are still on their way. Complete it or drop it, once. */
export interface Slot extends CallHandle {
  /**
   * The arguments are here: the call starts, as soon as it may.
   *
   * @param args the model's JSON text, or a value, which is copied
   * @throws MisuseError where the slot was completed or dropped before
   */
  complete(args: unknown): void
  /**
   * The arguments will never come: the call gets an `invalid` result and nothing runs.
   *
   * @param reason for the model, e.g. "the answer was cut off"
   * @throws MisuseError where the slot was completed or dropped before
   */
  drop(reason: string): void
}

/**
 * A batch whose calls arrive one by one, while the model is still talking. Iterating gives the results as they are
 * decided, from the first one on, however late it begins; leaving early cancels nothing.
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
  /** Calls so far. */
  readonly size: number
  /**
   * Fixes the place of a call whose name the model has given, and whose arguments it has not.
   *
   * @throws MisuseError after {@link close}
   */
  reserve(call: { readonly id: string; readonly name: string }): Slot
  /**
   * Takes a call that is complete, and starts it as soon as it may.
   *
   * @throws MisuseError after {@link close}
   */
  add(call: ToolCall): CallHandle
  /** No more calls will come. Slots that are still waiting for arguments become `invalid`. Again: does nothing. */
  close(): void
  /** All results in call order, once the batch is closed and every call has one; never rejects. */
  results(): Promise<ToolResult[]>
  /** Closes, aborts what is still running or waiting, and resolves when every call has its result. */
  [Symbol.asyncDispose](): Promise<void>
}
