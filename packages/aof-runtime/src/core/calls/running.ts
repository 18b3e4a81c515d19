import type { Demands } from '../admission/demands.ts'
import type { Limit } from '../admission/limit.ts'
import type { Cut, LateOutcome } from '../attempt/attempt-owner.ts'
import { FREE_TICKET, type Ticket } from '../attempt/tool-gate.ts'
import type { WorkerLost } from '../contract/isolation.ts'
import type { Execution as ToolState, ToolTiming } from '../contract/result.ts'
import type { OverlapWatch } from '../order/effects/overlap-watch.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { Output } from '../values/output.ts'
import type { Call } from './call.ts'
import { emitAbandoned, emitEndedLate, placeOf } from './call-events.ts'
import { startedTiming, succeeded } from './call-results.ts'
import { Execution, type ExecutionServices, type ExecutionStage } from './execution.ts'
import { type CallFailure, failures, toolFailure } from './failures.ts'
import type { Nesting } from './nesting.ts'
import { RetainedPermits } from './retained-permits.ts'
import type { Retrying } from './retrying.ts'
import type { Services } from './services.ts'
import type { Settling } from './settling.ts'

/** The parts of an executor that running calls use. */
export type RunningServices = ExecutionServices &
  Services<'abandonedHoldMs' | 'conflicts' | 'overlaps' | 'onUncertain' | 'retained' | 'stalls'>

/**
 * The stage of calls whose tools run.
 *
 * Duty: start tools, decide what the end of each means (a result, a retry, an abandoned tool), and release the permits in the
 * step that ends the execution.
 * Boundary: attempts run the tools; admission decides which call starts.
 * 1. The permits of an execution are released exactly once. An abandoned tool retains those of its tool and key until it ends,
 *    or `abandonedHoldMs` have passed; the others are released at once.
 * 2. Whatever throws after the end of a tool, its call has a result.
 */
export class Running implements ExecutionStage {
  readonly services: RunningServices
  readonly #settling: Settling
  readonly #retrying: Retrying

  constructor(services: RunningServices, settling: Settling, retrying: Retrying) {
    this.services = services
    this.#settling = settling
    this.#retrying = retrying
  }

  /** Starts the tool of a call. @param demands all of them have just been taken */
  start(call: Call, tool: CompiledTool, ticket: Ticket, demands: Demands, now: number): void {
    const { overlaps } = this.services
    const execution = new Execution(call, tool, ticket, demands, now, this)
    call.tool = call.input = undefined
    call.state = execution
    call.batch.share.began(now)
    if (overlaps !== undefined && tool.effects === undefined) watchOverlaps(overlaps, execution)
    execution.attempt.run()
  }

  ended(execution: Execution, output: Output): void {
    if (hasFollowers(execution)) this.services.admission.together(() => this.#ended(execution, output))
    else this.#ended(execution, output)
  }

  cut(execution: Execution, cut: Cut, state: ToolState): void {
    this.#inOneStep(execution, () => this.#wasCut(execution, cut, state))
  }

  lost(execution: Execution, lost: WorkerLost): void {
    this.#inOneStep(execution, () => {
      const now = this.services.clock.now()
      try {
        this.#failed(execution, failures.workerLost(lost), now)
      } catch (thrown) {
        this.#couldNotConclude(execution, 'unknown', thrown, now)
      } finally {
        this.#release(execution, execution.demands.limits, now)
      }
    })
  }

  abandonedEnded({ call, tool, retained }: Execution, abandonedAt: number, outcome: LateOutcome): void {
    this.services.counters.count('abandoned', -1)
    tool.gate.abandonedEnded()
    emitEndedLate(call, abandonedAt, outcome)
    retained?.end()
  }

  /** Calls that can start since the execution has ended ask for permits once those of the execution are free. */
  #inOneStep(execution: Execution, end: () => void): void {
    if (hasFollowers(execution)) this.services.admission.together(end)
    else end()
  }

  #ended(execution: Execution, output: Output): void {
    const now = this.services.clock.now()
    try {
      this.#conclude(execution, output, now)
    } catch (thrown) {
      this.#couldNotConclude(execution, 'ended', thrown, now)
    } finally {
      this.#release(execution, execution.demands.limits, now)
    }
  }

  #conclude(execution: Execution, output: Output, now: number): void {
    const { call, tool, ticket, startedAt } = execution
    const ranMs = now - startedAt
    tool.admission.expected.add(ranMs, call.batch.share.period)
    call.batch.share.ran(ranMs)
    const { stalls } = this.services
    if (stalls?.isLate(now) === true) stalls.note({ startedAt, call: placeOf(call), endedAt: now })
    if (!output.ok) return this.#failed(execution, toolFailure(output.error, output.thrown), now)
    // Nearly no tool has a breaker.
    if (ticket !== FREE_TICKET) tool.gate.left(ticket, 'success', now)
    this.#settling.settle(call, succeeded(call, output, timingOf(execution, now)), now, undefined)
  }

  #wasCut(execution: Execution, cut: Cut, state: ToolState): void {
    const now = this.services.clock.now()
    try {
      this.#concludeCut(execution, cut, state, now)
    } catch (thrown) {
      this.#couldNotConclude(execution, state, thrown, now)
    } finally {
      const { limits, wide } = execution.demands
      this.#release(execution, state === 'unknown' ? wide : limits, now)
    }
  }

  #concludeCut(execution: Execution, cut: Cut, state: ToolState, now: number): void {
    const { call, tool, ticket, attempt } = execution
    if (state === 'none') {
      tool.gate.left(ticket, 'neither', now)
      return this.#settling.stopped(call, cut, attempt.details.cutBy)
    }
    if (state === 'unknown') this.#abandon(execution, cut, now)
    const { limits, details } = attempt
    const layers = call.batch.times.layers(call, tool)
    const endedByForce = details.isKilled === true ? tool.isolation?.mode : undefined
    const reason = execution.abortReason(cut)
    const about = { limits, details, layers, endedByForce, reason }
    const failed = failures.cut(call.name, cut, state, about)
    if (cut === 'timeout' || cut === 'idle') return this.#failed(execution, failed, now)
    tool.gate.left(ticket, 'neither', now)
    this.#settleFailed(execution, failed, now, undefined)
  }

  /** An execution has failed: the call is tried again, or settles. */
  #failed(execution: Execution, failed: CallFailure, now: number): void {
    if (!this.#retrying.after(execution, failed, now)) this.#settleFailed(execution, failed, now, failed.thrown)
  }

  /** Code after the end of a tool threw, e.g. the clock that was to time a retry: the call fails with that. */
  #couldNotConclude(execution: Execution, state: ToolState, thrown: unknown, now: number): void {
    const { call } = execution
    if (call.state !== execution) throw thrown
    this.#settleFailed(execution, failures.notConcluded(call.name, state, thrown), now, thrown)
  }

  #settleFailed(execution: Execution, failed: CallFailure, now: number, thrown: unknown): void {
    const { call } = execution
    this.#settling.settle(call, this.#settling.resultOf(call, failed, timingOf(execution, now)), now, thrown)
  }

  /** The tool goes on: it retains the permits of its tool and key, and the effects of its call if it may write. */
  #abandon(execution: Execution, cut: Cut, now: number): void {
    const { call, tool, demands, nesting } = execution
    const narrow = nesting?.holdsPermits === false ? [] : demands.narrow
    const claim = call.extra?.prerequisites?.claim
    const writing = claim?.hasWrites === true ? claim : undefined
    if (narrow.length > 0 || writing !== undefined)
      execution.retained = new RetainedPermits(call, narrow, writing, this.services)
    this.services.counters.count('abandoned', 1)
    tool.gate.abandon()
    call.batch.log?.callAbandoned(call.index, call.name)
    emitAbandoned(call, now, cut)
  }

  /** Releases permits of an ended execution. Its nested calls end with it; while it waited for them it held none. */
  #release(execution: Execution, limits: readonly Limit[], now: number): void {
    const { nesting } = execution
    if (nesting === undefined) this.#releaseNow(execution, limits, now)
    else this.#releaseParent(execution, nesting, limits, now)
  }

  #releaseParent(execution: Execution, nesting: Nesting, limits: readonly Limit[], now: number): void {
    this.services.admission.together(() => {
      const { holdsPermits } = nesting
      nesting.end(new DOMException('The call that made this one has ended.', 'AbortError'))
      if (holdsPermits) this.#releaseNow(execution, limits, now)
    })
  }

  #releaseNow({ call, heldFrom, startedAt }: Execution, limits: readonly Limit[], now: number): void {
    const { batch } = call
    batch.share.ended(heldFrom ?? startedAt, now)
    // The next call starts at this instant, so it may reuse `now`, unless a listener or a logger ran in between.
    const isFresh = !batch.isObserved && batch.log === undefined
    this.services.admission.release(limits, isFresh ? now : undefined)
  }
}

/** Whether other calls may wait for the end of an execution: for its result, its effects, or as the probe of their tool. */
function hasFollowers({ call, ticket }: Execution): boolean {
  return call.batch.precedence.hasFollowers || ticket !== FREE_TICKET
}

function timingOf({ call, startedAt, number }: Execution, now: number): ToolTiming {
  return startedTiming(call, call.extra?.tried?.firstStartedAt ?? startedAt, now, number)
}

function watchOverlaps(overlaps: OverlapWatch<object>, { call, tool: { tool }, input }: Execution): void {
  const isReadOnly = tool.annotations?.readOnlyHint === true
  overlaps.started(call, { tool: tool.name, place: () => placeOf(call), isReadOnly, input })
}
