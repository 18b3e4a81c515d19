import type { Cut } from '../attempt/attempt-owner.ts'
import type { ToolResult, ToolTiming, UnsuccessfulResult } from '../contract/result.ts'
import type { TimeLimit } from '../contract/time-limits.ts'
import type { Clock } from '../host/clock.ts'
import type { OverlapWatch } from '../order/effects/overlap-watch.ts'
import type { Redaction } from '../values/redaction.ts'
import type { Call } from './call.ts'
import { emitSettled } from './call-events.ts'
import { idleTiming, unsuccessful } from './call-results.ts'
import { RESERVED, SETTLED, WITHDRAWN } from './call-state.ts'
import { type CallFailure, failures } from './failures.ts'
import type { Services } from './services.ts'

/**
 * The last stage of every call: its result.
 *
 * Duty: give each call exactly one result, and end its wait first.
 * Boundary: a running tool is only signalled; its end settles the call.
 */
export class Settling {
  readonly #clock: Clock
  readonly #redaction: Redaction
  readonly #overlaps: OverlapWatch<object> | undefined

  constructor({ clock, redaction, overlaps }: Services<'clock' | 'redaction' | 'overlaps'>) {
    this.#clock = clock
    this.#redaction = redaction
    this.#overlaps = overlaps
  }

  /** An abort of the call: ends it if it has not started, else signals its tool. */
  abort(call: Call): void {
    this.#stop(call, 'abort', undefined)
  }

  /** A deadline of the call has passed: ends it if it has not started, else signals its tool. */
  expire(call: Call, limit: TimeLimit): void {
    this.#stop(call, 'deadline', limit)
  }

  /** Fails a call without arguments, or with impossible ones. */
  drop(call: Call, failed: CallFailure): void {
    if (call.state === RESERVED) this.refuse(call, failed)
  }

  /** Fails a call whose arguments never came, now that its batch is closed. */
  giveUp(call: Call): void {
    if (call.state === RESERVED) this.refuse(call, failures.incomplete(call.name))
  }

  /** Fails a call that can never start, unless it is queued, running or over. */
  fail(call: Call, failed: CallFailure): void {
    const { phase } = call.state
    if (phase !== 'queued' && phase !== 'running') this.leave(call, () => this.refuse(call, failed))
  }

  /** Ends the wait of a call, which settles by `settle`; does nothing for a call that is over. */
  leave(call: Call, settle: () => void): void {
    const { state } = call
    if (state === WITHDRAWN || state === SETTLED) return
    call.state = WITHDRAWN
    if (state.leave === undefined) settle()
    else state.leave(call, settle)
  }

  /** Settles a call that may not run. A call that was tried before keeps the failure of its last attempt. */
  refuse(call: Call, failed: CallFailure): void {
    this.#conclude(call, call.extra?.tried ?? failed)
  }

  /** Settles a call that was stopped before it started, or between two attempts. */
  stopped(call: Call, cut: Cut, limit: TimeLimit | undefined): void {
    this.#conclude(call, failures.stopped(call.name, cut, limit, call.extra?.tried))
  }

  settle(call: Call, result: ToolResult, now: number, thrown: unknown): void {
    call.state = SETTLED
    call.tool = call.input = undefined
    const { batch } = call
    try {
      this.#overlaps?.ended(call)
      batch.log?.callSettled(result, result.status === 'failed' ? thrown : undefined)
      emitSettled(call, now, result, thrown)
    } finally {
      batch.settled(call, result, now)
    }
  }

  /** The result of a failed call. */
  resultOf(call: Call, failed: CallFailure, timing: ToolTiming): UnsuccessfulResult {
    return unsuccessful(call, failed, timing, this.#redaction)
  }

  #conclude(call: Call, failed: CallFailure): void {
    const now = this.#clock.now()
    this.settle(call, this.resultOf(call, failed, idleTiming(call, now)), now, failed.thrown)
  }

  #stop(call: Call, cut: Cut, limit: TimeLimit | undefined): void {
    const { state } = call
    if (state.cut === undefined) this.leave(call, () => this.stopped(call, cut, limit))
    else state.cut(cut, limit)
  }
}
