import type { Arrivals } from './arrivals.ts'
import type { Batch } from './batch.ts'
import type { Call } from './call.ts'
import type { ToolCall } from '../contract/call.ts'
import { MAX_MESSAGE_LENGTH } from '../values/failure.ts'
import { MisuseError } from '../contract/misuse.ts'
import { checkReservation } from '../contract/call-shape.ts'
import type { ToolResult } from '../contract/result.ts'
import { checkStackRoom, emptyStack, hasStackRoom } from '../host/stack-room.ts'
import { printable } from '../contract/text.ts'
import { type AwaitedBatch, unwatchUnclosed, watchUnclosed } from './unclosed-batches.ts'
import type { CallHandle, OpenBatch, Slot } from '../contract/open-batch.ts'

/** An open batch, as the application sees it. */
export class StreamedBatch implements OpenBatch, AwaitedBatch {
  readonly #arrivals: Arrivals
  readonly #batch: Batch
  readonly #decided: ToolResult[] = []
  /** Whether its results were asked for before it was closed. */
  #isWatched = false
  /** Iterations that have read all results so far. */
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

  constructor(arrivals: Arrivals) {
    const { batch } = arrivals
    this.#arrivals = arrivals
    this.#batch = batch
    batch.results.onResult = this.#decide
    batch.onEnd = this.#over
  }

  get size(): number {
    return this.#batch.calls.length
  }

  reserve(call: { readonly id: string; readonly name: string }): Slot {
    this.#checkOpen('reserve')
    checkStackRoom('batch.reserve()')
    checkReservation(call)
    return new ReservedSlot(this.#arrivals, this.#arrivals.reserve(call.id, call.name))
  }

  add(call: ToolCall): CallHandle {
    this.#checkOpen('add')
    checkStackRoom('batch.add()')
    const { index } = this.#arrivals.add(call)
    return { index, result: () => this.#batch.results.of(index) }
  }

  close(): void {
    checkStackRoom('batch.close()')
    unwatchUnclosed(this)
    this.#batch.close()
  }

  results(): Promise<ToolResult[]> {
    this.#watch()
    return this.#batch.results.all()
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
    await this.#batch.results.all()
  }

  #watch(): void {
    if (this.isClosed) return
    this.#isWatched = true
    watchUnclosed(this, this.#batch.clock)
    this.#rest()
  }

  /** Timers that wait for nothing must not keep a program alive whose last batch is never closed. */
  #rest(): void {
    if (this.isIdle && !this.isClosed) this.#batch.times.rest()
  }

  #checkOpen(method: string): void {
    if (this.#batch.isClosed) throw new MisuseError(`batch.${method}()`, 'an open batch', 'a closed one')
  }
}

class ReservedSlot implements Slot {
  readonly #arrivals: Arrivals
  readonly #call: Call
  #used = false

  constructor(arrivals: Arrivals, call: Call) {
    this.#arrivals = arrivals
    this.#call = call
  }

  get index(): number {
    return this.#call.index
  }

  complete(args: unknown): void {
    checkStackRoom('slot.complete()')
    this.#use('complete')
    this.#arrivals.complete(this.#call, args)
  }

  drop(reason: string): void {
    if (typeof reason !== 'string') throw new MisuseError('slot.drop(reason)', 'a string, for the model', reason)
    checkStackRoom('slot.drop()')
    this.#use('drop')
    this.#arrivals.drop(this.#call, printable(reason, MAX_MESSAGE_LENGTH))
  }

  result(): Promise<ToolResult> {
    return this.#arrivals.batch.results.of(this.index)
  }

  #use(method: string): void {
    if (this.#used)
      throw new MisuseError(
        `slot.${method}()`,
        'a slot that was neither completed nor dropped',
        `slot ${this.index}, which was completed or dropped before`,
      )
    this.#used = true
  }
}
