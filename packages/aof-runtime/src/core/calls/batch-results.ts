import type { ToolResult } from '../contract/result.ts'
import type { FileOwner } from '../values/spilled-files.ts'
import type { Nesting } from './nesting.ts'
import { type ResultLimits, type ResultOwner, ResultStore, type SpillTarget } from '../values/result-store.ts'

/** Places for so many results are made at once; further places are made as results come. */
const MANY_CALLS = 10_000

/** A batch, as its results see it. */
interface ResultBatch {
  readonly nesting: Nesting | undefined
  /** The outermost batch owns the files of all results below it. */
  readonly outermost: FileOwner
}

/**
 * The results of a batch, by place.
 *
 * Duty: keep each result once, pass it to the application, and bound the memory of all.
 */
export class BatchResults implements ResultOwner {
  readonly limits: ResultLimits
  /** Gets each result as it is decided, if the batch is read that way. */
  onResult: ((result: ToolResult) => void) | undefined
  succeeded = 0
  readonly #spill: Omit<SpillTarget, 'owner'>
  readonly #batch: ResultBatch
  readonly #results: (ToolResult | undefined)[] = []
  #store: ResultStore | undefined
  #smallBytes = 0
  #watched: Map<number, (result: ToolResult) => void> | undefined
  #all: { readonly promise: Promise<ToolResult[]>; readonly resolve: (results: ToolResult[]) => void } | undefined
  /** The number of calls, once all have their results. */
  #size: number | undefined

  /** @param size the number of calls, if it is known */
  constructor(limits: ResultLimits, spill: Omit<SpillTarget, 'owner'>, batch: ResultBatch, size: number | undefined) {
    this.limits = limits
    this.#spill = spill
    this.#batch = batch
    if (size !== undefined) this.#results.length = Math.min(size, MANY_CALLS)
  }

  get resultStore(): ResultStore {
    const target = { ...this.#spill, owner: () => this.#batch.outermost }
    return (this.#store ??= new ResultStore(this.limits, target, this.#smallBytes, () => this.#retained()))
  }

  reserveSmall(atMost: number): boolean {
    if (this.#store !== undefined || this.#smallBytes + atMost > this.limits.maxBatchBytes) return false
    this.#smallBytes += atMost
    return true
  }

  /** The result of the call of a place, once it is decided. */
  at(index: number): ToolResult | undefined {
    return this.#results[index]
  }

  /** All results so far. */
  decided(): ToolResult[] {
    return this.#results.filter((result) => result !== undefined)
  }

  add(result: ToolResult): void {
    this.#results[result.index] = result
    if (result.success) this.succeeded++
  }

  /** Passes a result on to the application. */
  announce(result: ToolResult): void {
    if (this.onResult !== undefined) this.onResult(result)
    if (this.#watched === undefined) return
    this.#watched.get(result.index)?.(result)
    this.#watched.delete(result.index)
  }

  /** All calls of the batch have their results, `size` in number. */
  finish(size: number): void {
    this.#size = size
    this.#all?.resolve(this.#collect(size))
  }

  /** Resolves with all results in call order when the batch is settled; never rejects. */
  all(): Promise<ToolResult[]> {
    if (this.#all === undefined) {
      this.#all = Promise.withResolvers<ToolResult[]>()
      if (this.#size !== undefined) this.#all.resolve(this.#collect(this.#size))
    }
    return this.#forParent(this.#all.promise)
  }

  /** Resolves with the result of the call of a place; never rejects. */
  of(index: number): Promise<ToolResult> {
    const result = this.#results[index]
    if (result !== undefined) return this.#forParent(Promise.resolve(result))
    this.#watched ??= new Map()
    const { promise, resolve } = Promise.withResolvers<ToolResult>()
    const others = this.#watched.get(index)
    this.#watched.set(index, others === undefined ? resolve : (value) => (others(value), resolve(value)))
    return this.#forParent(promise)
  }

  /** Results of nested calls come when their parent has its permits back. */
  #forParent<T>(decided: Promise<T>): Promise<T> {
    const { nesting } = this.#batch
    return nesting === undefined ? decided : afterResuming(decided, nesting)
  }

  #collect(size: number): ToolResult[] {
    return this.#results.slice(0, size) as ToolResult[]
  }

  *#retained(): Generator<unknown> {
    for (const result of this.#results) {
      if (result?.success !== true) continue
      yield result.content === undefined ? result.data : [result.data, result.content]
    }
  }
}

async function afterResuming<T>(decided: Promise<T>, nesting: Nesting): Promise<T> {
  const value = await decided
  await nesting.pending
  return value
}
