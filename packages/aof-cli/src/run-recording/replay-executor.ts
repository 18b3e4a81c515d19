import {
  type CallEventBase,
  type CallHandle,
  type CallOptions,
  type EventBase,
  type OpenBatch,
  type Slot,
  type ToolCall,
  type ToolEvent,
  ToolExecutor,
  type ToolExecutorOptions,
  type ToolResult,
} from 'aof-runtime'
import { argumentsDiffText } from './divergence.ts'
import { valueText } from '../text.ts'
import type { CallObserver } from './observed-executor.ts'
import type { RecordedResult, RecordedTurn } from './recording.ts'
import type { Replay } from './replay.ts'

/** Options of a replayed batch. */
interface ReplayBatchSetup {
  readonly replay: Replay
  readonly observer: CallObserver
  readonly options: CallOptions
  readonly number: number
}

/** A call of the batch. */
interface ReplayedCall {
  readonly index: number
  readonly id: string
  readonly name: string
  readonly acceptedAt: number
  readonly settled: PromiseWithResolvers<ToolResult>
  result?: ToolResult
}

/**
 * The calls of a recorded turn.
 *
 * Duty: each call gets the recorded result of its index, if it equals the recorded call.
 * Boundary: executes nothing; the replay judges divergences.
 * 1. Every call has exactly one result, also after an abort or a divergence.
 */
class ReplayBatch implements OpenBatch {
  readonly #setup: ReplayBatchSetup
  readonly #turn: number
  readonly #recorded: RecordedTurn | undefined
  readonly #calls: ReplayedCall[] = []
  readonly #results = Promise.withResolvers<ToolResult[]>()
  readonly #openedAt: number
  #closed = false

  constructor(setup: ReplayBatchSetup) {
    const { replay, options } = setup
    this.#setup = setup
    this.#turn = options.turn ?? 0
    this.#recorded = replay.turn(this.#turn)
    this.#openedAt = replay.now
    this.#emit({ type: 'batch_opened', ...this.#about(this.#openedAt) })
    options.signal?.addEventListener('abort', this.#abort)
  }

  get size(): number {
    return this.#calls.length
  }

  reserve({ id, name }: { readonly id: string; readonly name: string }): Slot {
    const acceptedAt = this.#setup.replay.now
    const call: ReplayedCall = { index: this.size, id, name, acceptedAt, settled: Promise.withResolvers<ToolResult>() }
    this.#calls.push(call)
    this.#emit({ type: 'accepted', ...this.#aboutCall(call, acceptedAt) })
    if (this.#setup.options.signal?.aborted === true) this.#settle(call, ended(call))
    return {
      index: call.index,
      result: () => call.settled.promise,
      complete: (args) => this.#complete(call, valueText(args)),
      drop: () => this.#answer(call, undefined),
    }
  }

  add(given: ToolCall): CallHandle {
    const slot = this.reserve(given)
    slot.complete(given.arguments)
    return slot
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#emit({ type: 'batch_closed', ...this.#about(this.#setup.replay.now), size: this.size })
    const missing = [...(this.#recorded?.results.values() ?? [])].find(({ result }) => result.index >= this.size)
    if (missing !== undefined && !this.#isOver) {
      this.#setup.replay.diverge({
        what: 'fewer calls',
        ...this.#place(missing.result.index, missing),
        expected: describe(missing.result.name, missing.arguments),
        actual: 'no call',
      })
    }
    this.#settleIfDone()
  }

  results(): Promise<ToolResult[]> {
    return this.#results.promise
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ToolResult, void, undefined> {
    yield* await this.results()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    this.#abort()
    await this.results()
  }

  /** True after the end of the run; then a missing call is not a divergence. */
  get #isOver(): boolean {
    return this.#setup.options.signal?.aborted === true || this.#setup.replay.isAbortedIn(this.#turn)
  }

  #complete(call: ReplayedCall, written: string): void {
    this.#setup.observer.arguments(this.#turn, call.index, written)
    this.#answer(call, written)
  }

  /** @param written undefined if the call was never complete */
  #answer(call: ReplayedCall, written: string | undefined): void {
    const recorded = this.#recorded?.results.get(call.index)
    if (call.result !== undefined) return
    if (recorded === undefined || !this.#agrees(call, written, recorded)) this.#diverge(call, written, recorded)
    else if (this.#setup.replay.paced) void this.#settleInTime(call, recorded.result)
    else this.#play(call, recorded.result)
  }

  #agrees(call: ReplayedCall, written: string | undefined, recorded: RecordedResult): boolean {
    const { name, id } = recorded.result
    return name === call.name && id === call.id && recorded.arguments === this.#redacted(written)
  }

  #diverge(call: ReplayedCall, written: string | undefined, recorded: RecordedResult | undefined): void {
    const { replay } = this.#setup
    const other =
      recorded === undefined ? 'another call' : recorded.result.name === call.name ? 'other arguments' : 'another tool'
    replay.diverge({
      what: other,
      ...this.#place(call.index, recorded),
      expected: recorded === undefined ? 'no call' : describe(recorded.result.name, recorded.arguments),
      actual: describe(call.name, written),
    })
    this.#settle(call, ended(call))
  }

  #redacted(written: string | undefined): string | undefined {
    return written === undefined ? undefined : this.#setup.replay.redactor.redact(written)
  }

  async #settleInTime(call: ReplayedCall, result: ToolResult): Promise<void> {
    const { replay } = this.#setup
    const { queuedMs, totalMs, attempts } = result.timing
    await replay.wait(call.acceptedAt + queuedMs - replay.clock.now())
    if (call.result === undefined && attempts > 0) this.#start(call, queuedMs)
    await replay.wait(call.acceptedAt + totalMs - replay.clock.now())
    this.#settle(call, result)
  }

  #play(call: ReplayedCall, result: ToolResult): void {
    if (result.timing.attempts > 0) this.#start(call, result.timing.queuedMs)
    this.#settle(call, result)
  }

  #start(call: ReplayedCall, queuedMs: number): void {
    this.#emit({ type: 'started', ...this.#aboutCall(call, call.acceptedAt + queuedMs), attempt: 1, queuedMs })
  }

  #settle(call: ReplayedCall, result: ToolResult): void {
    if (call.result !== undefined) return
    call.result = result
    this.#emit({ type: 'settled', ...this.#aboutCall(call, call.acceptedAt + result.timing.totalMs), result })
    call.settled.resolve(result)
    this.#settleIfDone()
  }

  #settleIfDone(): void {
    const results = this.#calls.flatMap(({ result }) => (result === undefined ? [] : [result]))
    if (!this.#closed || results.length < this.size) return
    const { replay, options } = this.#setup
    options.signal?.removeEventListener('abort', this.#abort)
    if (replay.isAbortedIn(this.#turn)) replay.abort()
    const succeeded = results.filter(({ success }) => success).length
    const at = this.#calls.reduce(
      (last, { acceptedAt, result }) => Math.max(last, acceptedAt + (result?.timing.totalMs ?? 0)),
      replay.now,
    )
    this.#emit({
      type: 'batch_settled',
      ...this.#about(at),
      size: this.size,
      succeeded,
      failed: this.size - succeeded,
      wallMs: at - this.#openedAt,
    })
    this.#results.resolve(results)
  }

  readonly #abort = (): void => {
    for (const call of this.#calls) this.#settle(call, ended(call))
  }

  #place(index: number, recorded: RecordedResult | undefined): { line?: number; turn: number; index: number } {
    return { ...(recorded !== undefined && { line: recorded.line }), turn: this.#turn, index }
  }

  #about(at: number): EventBase {
    const { run = 'replay' } = this.#setup.options
    return { at, run: typeof run === 'string' ? run : run.id, turn: this.#turn, batch: this.#setup.number }
  }

  #aboutCall({ index, id, name }: ReplayedCall, at: number): CallEventBase {
    return { ...this.#about(at), index, id, name }
  }

  #emit(event: ToolEvent): void {
    this.#setup.observer.event(event)
    this.#setup.options.onEvent?.(event)
  }
}

function describe(name: string, written: string | undefined): string {
  return written === undefined ? `${name} (its arguments never were complete)` : `${name} ${argumentsDiffText(written)}`
}

/** The result of a call that has none at the end of the replay. */
function ended({ index, id, name }: ReplayedCall): ToolResult {
  const error = { code: 'aborted' as const, message: 'The replay ended before this call.', retryable: false }
  const timing = { queuedMs: 0, runMs: 0, totalMs: 0, attempts: 0 }
  return { index, id, name, status: 'aborted', success: false, error, execution: 'none', timing, source: 'run' }
}

/** An executor without tools: its open batches answer each call with the recorded result. */
export class ReplayExecutor extends ToolExecutor {
  readonly #replay: Replay
  readonly #observer: CallObserver
  #batches = 0

  constructor(options: ToolExecutorOptions, replay: Replay, observer: CallObserver) {
    super(options)
    this.#replay = replay
    this.#observer = observer
  }

  override openBatch(options: CallOptions = {}): OpenBatch {
    return new ReplayBatch({ replay: this.#replay, observer: this.#observer, options, number: ++this.#batches })
  }
}
