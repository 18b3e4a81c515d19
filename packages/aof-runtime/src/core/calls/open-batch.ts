import type { Batch } from './batch.ts'
import type { CallRecord } from './call-record.ts'
import type { ToolCall } from '../contract/call.ts'
import { MAX_MESSAGE_LENGTH } from '../values/failure.ts'
import { MisuseError } from '../contract/misuse.ts'
import { checkReservation } from '../contract/call-shape.ts'
import type { ToolResult } from '../contract/result.ts'
import { checkStackRoom, emptyStack, hasStackRoom } from '../host/stack-room.ts'
import { printable } from '../contract/text.ts'
import { type AwaitedBatch, unwatchUnclosed, watchUnclosed } from './unclosed-batches.ts'
import type { CallHandle, OpenBatch, Slot } from '../contract/open-batch.ts'

/** The application's view of a {@link Batch} that it fills itself. */
export class StreamedBatch implements OpenBatch, AwaitedBatch {
  readonly #batch: Batch
  readonly #decided: ToolResult[] = []
  /** Whether its results were asked for before it was closed. */
  #isWatched = false
  /** Iterations that have read everything so far. */
  #idle: (() => void)[] = []

  // Not written where they are assigned: V8 allocates a function literal that is assigned to a property in its old space,
  // where it keeps the whole batch alive until the next full collection.
  readonly #decide = (result: ToolResult): void => {
    this.#decided.push(result)
    if (this.#isWatched) this.#rest()
    this.#wake()
  }
  readonly #over = (): void => {
    unwatchUnclosed(this)
    this.#wake()
  }
  readonly #wake = (): void => {
    const idle = this.#idle
    this.#idle = []
    for (const resume of idle) resume()
  }

  constructor(batch: Batch) {
    this.#batch = batch
    batch.onResult = this.#decide
    batch.onEnd = this.#over
  }

  get size(): number {
    return this.#batch.records.length
  }

  reserve(call: { readonly id: string; readonly name: string }): Slot {
    this.#checkOpen('reserve')
    checkStackRoom('batch.reserve()')
    checkReservation(call)
    const { id, name } = call
    const tool = this.#batch.engine.registry.get(name)
    return new ReservedSlot(this.#batch, this.#batch.reserveAlone(id, tool?.tool.name ?? name, tool))
  }

  add(call: ToolCall): CallHandle {
    this.#checkOpen('add')
    checkStackRoom('batch.add()')
    const record = this.#batch.add(call)
    record.request()
    return { index: record.index, result: () => this.#batch.resultOf(record) }
  }

  close(): void {
    checkStackRoom('batch.close()')
    unwatchUnclosed(this)
    this.#batch.close()
  }

  results(): Promise<ToolResult[]> {
    this.#watch()
    return this.#batch.results()
  }

  get isClosed(): boolean {
    return this.#batch.isClosed
  }

  get isIdle(): boolean {
    return this.#decided.length === this.size
  }

  get run(): string {
    return this.#batch.run
  }

  warn(line: string): boolean {
    this.#batch.log?.logger.warn(line)
    return this.#batch.log !== undefined
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ToolResult, void, undefined> {
    this.#watch()
    for (let next = 0; ; next++) {
      while (next >= this.#decided.length) {
        if (this.#batch.isClosed && next === this.size) return
        await new Promise<void>((resolve) => this.#idle.push(resolve))
      }
      const result = this.#decided[next]
      await this.#batch.nesting?.pending
      if (result !== undefined) yield result
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!hasStackRoom()) await emptyStack
    this.close()
    this.#batch.abort(new DOMException('The batch was disposed of.', 'AbortError'))
    await this.#batch.results()
  }

  #watch(): void {
    if (this.isClosed) return
    this.#isWatched = true
    watchUnclosed(this, this.#batch.engine.clock)
    this.#rest()
  }

  /** Timers that wait for nothing must not keep a program alive whose last batch is never closed. */
  #rest(): void {
    if (this.isIdle && !this.isClosed) this.#batch.engine.timeouts.rest()
  }

  #checkOpen(method: string): void {
    if (this.#batch.isClosed) throw new MisuseError(`batch.${method}()`, 'an open batch', 'a closed one')
  }
}

class ReservedSlot implements Slot {
  readonly #batch: Batch
  readonly #record: CallRecord
  #used = false

  constructor(batch: Batch, record: CallRecord) {
    this.#batch = batch
    this.#record = record
  }

  get index(): number {
    return this.#record.index
  }

  complete(args: unknown): void {
    checkStackRoom('slot.complete()')
    this.#use('complete')
    const { engine } = this.#batch
    this.#record.complete(args, engine.registry.get(this.#record.name))
    this.#record.request()
  }

  drop(reason: string): void {
    if (typeof reason !== 'string') throw new MisuseError('slot.drop(reason)', 'a string, for the model', reason)
    checkStackRoom('slot.drop()')
    this.#use('drop')
    this.#record.drop('incomplete_call', printable(reason, MAX_MESSAGE_LENGTH))
  }

  result(): Promise<ToolResult> {
    return this.#batch.resultOf(this.#record)
  }

  #use(method: string): void {
    if (this.#used)
      throw new MisuseError(
        `slot.${method}()`,
        'a slot that was neither completed nor dropped',
        `slot ${this.index}, which was`,
      )
    this.#used = true
  }
}
