import type { Budget } from '../contract/budget.ts'
import { forEachSafely } from '../contract/safe-checks.ts'
import {
  type AttemptLimits,
  attemptLimits,
  callDeadline,
  type Layers,
  type OwnTimeLimits,
  type TimeLimit,
} from '../contract/time-limits.ts'
import { Expiry } from '../host/expiry.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { Call, CallExtra, CallTimes } from './call.ts'
import type { Nesting } from './nesting.ts'
import type { Services } from './services.ts'
import type { Stages } from './stages.ts'

type TimesServices = Services<
  'admission' | 'hasDeadlines' | 'deadlineMs' | 'idleTimeoutMs' | 'nameTimeLimit' | 'timeoutMs' | 'timeouts'
> &
  Pick<Stages, 'settling'>

/** A batch, as its time limits see it. */
interface TimedBatch {
  readonly calls: readonly Call[]
  readonly openedAt: number
  readonly budget: Budget | undefined
  readonly nesting: Nesting | undefined
}

/**
 * The time limits of a batch's calls.
 *
 * Duty: end calls at their deadlines (their own, that of the batch, the end of the budget's time); find the limits of attempts.
 * 1. The batch has at most one timer of its own, from its opening until it is settled.
 */
export class BatchTimes implements CallTimes {
  expired: TimeLimit | undefined
  readonly #own: OwnTimeLimits
  readonly #batch: TimedBatch
  readonly #services: TimesServices
  #deadline: { readonly at: number; readonly expiry: Expiry } | undefined
  #hasOwnDeadlines = false
  /** The tool whose attempts were limited last, and their limits: nearly all calls of a batch are of one tool. */
  #limitedTool: CompiledTool | undefined
  #attemptLimits: AttemptLimits | undefined

  constructor(own: OwnTimeLimits, batch: TimedBatch, services: TimesServices) {
    this.#own = own
    this.#batch = batch
    this.#services = services
  }

  /** Sets the deadline of the batch: its own, or the end of its budget's time if that is earlier. */
  begin(): void {
    const { budget, openedAt } = this.#batch
    const { deadlineMs = Infinity } = this.#own
    const budgetMs = budget?.start(openedAt) ?? Infinity
    const leftMs = Math.min(deadlineMs, budgetMs)
    if (leftMs === Infinity) return
    const limit =
      deadlineMs <= budgetMs
        ? { ms: deadlineMs, source: "the batch's deadlineMs" }
        : { ms: budget?.limits.wallMs ?? budgetMs, source: "the budget's wallMs" }
    const { admission, settling, timeouts } = this.#services
    const pass = (): void => {
      this.expired = limit
      if (budgetMs < deadlineMs) budget?.exceed('wallMs')
      admission.together(() => forEachSafely(this.#batch.calls, (call) => settling.expire(call, limit)))
    }
    if (leftMs <= 0) return pass()
    this.#deadline = { at: openedAt + leftMs, expiry: new Expiry(pass) }
    timeouts.addSince(this.#deadline.expiry, leftMs, openedAt)
  }

  /** The batch is settled. */
  end(): void {
    if (this.#deadline !== undefined) this.#services.timeouts.remove(this.#deadline.expiry)
  }

  /** A call has its place: sets its deadline, if it has one. */
  limit(call: Call, own: OwnTimeLimits | undefined, tool: CompiledTool | undefined): void {
    if (own !== undefined) call.rare().limits = own
    const { hasDeadlines, settling, timeouts } = this.#services
    if (own === undefined && !hasDeadlines()) return
    const limit = callDeadline(own, tool?.timeLimits, this.#services)
    if (limit === undefined) return
    this.#hasOwnDeadlines = true
    const extra = call.rare()
    extra.deadlineAt = call.acceptedAt + limit.ms
    extra.deadline = new Expiry(() => settling.expire(call, limit))
    timeouts.addSince(extra.deadline, limit.ms, call.acceptedAt)
  }

  /** A call is settled. */
  forget({ deadline, queueDeadline }: CallExtra): void {
    const { timeouts } = this.#services
    if (deadline !== undefined) timeouts.remove(deadline)
    if (queueDeadline !== undefined) timeouts.remove(queueDeadline)
  }

  /** Timers that wait for nothing are cleared, so that they do not keep the program alive. */
  rest(): void {
    this.#services.timeouts.rest()
  }

  get mayExpire(): boolean {
    if (this.#deadline !== undefined || this.#hasOwnDeadlines) return true
    return this.#batch.nesting?.parent.call.batch.times.mayExpire === true
  }

  deadlineOf({ extra }: Call): number {
    return Math.min(this.#deadline?.at ?? Infinity, extra?.deadlineAt ?? Infinity)
  }

  expireIfDue(call: Call, now: number): boolean {
    const { extra } = call
    const own = extra !== undefined && extra.deadlineAt <= now ? extra.deadline : undefined
    const shared = this.#deadline !== undefined && this.#deadline.at <= now ? this.#deadline.expiry : undefined
    for (const due of [own, shared]) {
      if (due === undefined) continue
      this.#services.timeouts.remove(due)
      due.expire()
    }
    const parent = this.#batch.nesting?.parent.call
    parent?.batch.times.expireIfDue(parent, now)
    return call.isSettled
  }

  attemptLimits({ extra }: Call, tool: CompiledTool): AttemptLimits {
    const own = extra?.limits
    if (own === undefined && this.#limitedTool === tool) return this.#attemptLimits as AttemptLimits
    const limits = attemptLimits(own, this.#own, tool.timeLimits, this.#services)
    if (own === undefined) {
      this.#limitedTool = tool
      this.#attemptLimits = limits
    }
    return limits
  }

  layers({ name, extra }: Call, { timeLimits }: CompiledTool): Layers {
    const { nameTimeLimit } = this.#services
    return { call: extra?.limits, batch: this.#own, tool: timeLimits, name, nameTimeLimit }
  }
}
