import type { Demands } from '../admission/demands.ts'
import type { Flow } from '../admission/flow.ts'
import { ignoreLater } from '../contract/safe-checks.ts'
import { type AsyncContext, captureAsyncContext } from '../host/async-context.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { Call } from './call.ts'
import { emitParked } from './call-events.ts'
import { type CallState, READY } from './call-state.ts'
import { failures } from './failures.ts'
import type { Settling } from './settling.ts'
import type { Starting } from './starting.ts'
import type { Services } from './services.ts'

type QueueingServices = Services<'admission' | 'queue' | 'clock'>

/** The longest key of a call, in UTF-16 code units. */
const MAX_KEY_LENGTH = 1_024

/** The call waits for its permits, to start in its caller's async context. Calls that came together share one object. */
class Queued implements CallState<Call> {
  readonly phase = 'queued'
  readonly flow: Flow
  readonly context: AsyncContext
  readonly queueing: Queueing
  #admitted: Admitted | undefined

  constructor(queueing: Queueing, flow: Flow, context: AsyncContext = captureAsyncContext()) {
    this.queueing = queueing
    this.flow = flow
    this.context = context
  }

  admit(call: Call, now: number | undefined): void {
    this.queueing.admit(call, this, (this.#admitted ??= new Admitted(this.queueing, this.flow.demands)), now)
  }

  leave(call: Call, settle: () => void): void {
    this.queueing.withdraw(call, this.flow, settle)
  }

  rankChanged(call: Call): void {
    this.queueing.move(call, this)
  }

  raised(call: Call): void {
    this.rankChanged(call)
  }
}

/** The queue was full, and the call waits outside of it. */
class Outside extends Queued {
  enter(call: Call): void {
    this.queueing.wait(call, new Queued(this.queueing, this.flow, this.context))
  }

  override leave(_call: Call, settle: () => void): void {
    settle()
  }

  override rankChanged(call: Call): void {
    const flow = call.batch.share.flow(this.flow.demands, call.priority)
    call.state = new Outside(this.queueing, flow, this.context)
  }
}

/** The call has its permits and is about to start; they are returned if it ends now. */
class Admitted implements CallState<Call> {
  readonly phase = 'admitted'
  readonly queueing: Queueing
  readonly demands: Demands

  constructor(queueing: Queueing, demands: Demands) {
    this.queueing = queueing
    this.demands = demands
  }
}

/**
 * The stage of calls that ask for permits.
 *
 * Duty: a call starts with all that it needs, or waits for it in the queue, or outside of it, or is rejected.
 * Boundary: admission decides which waiting call is next; {@link Starting} starts it.
 * 1. A call that leaves the queue withdraws before any code of the application runs, which may release or ask for permits; its
 *    successor enters, and calls are admitted, once it has settled.
 */
export class Queueing {
  readonly #services: QueueingServices
  readonly #settling: Settling
  readonly #starting: Starting

  constructor(services: QueueingServices, settling: Settling, starting: Starting) {
    this.#services = services
    this.#settling = settling
    this.#starting = starting
  }

  /** The call starts if there is room for all that it needs, else it waits for that; does nothing unless the call is ready. */
  ask(call: Call): void {
    const { tool } = call
    if (call.state !== READY || tool === undefined) return
    const { admission, queue } = this.#services
    const demands = tool.tool.key === undefined ? tool.demands : this.#keyedDemands(call, tool)
    // The tool's `key` is code of the application, and may have ended this call.
    if (demands === undefined || call.state !== READY) return
    if (admission.take(demands)) return this.#starting.start(call, demands)
    // Preceding calls may start now and leave their places, and their tools are code of the application, too.
    admission.look()
    if (call.state !== READY) return
    const flow = call.batch.share.flow(demands, call.priorityWith(tool))
    if (!queue.isFull(0)) return this.wait(call, this.#sharedState(call, flow))
    if (admission.take(demands, true)) return this.#starting.start(call, demands)
    if (queue.bound.policy === 'reject') return this.#settling.refuse(call, failures.queueFull(queue.bound.max))
    call.state = new Outside(this, flow)
    queue.waitOutside(call)
    emitParked(call, 'queue')
  }

  /**
   * If the call queues, queues the identical calls right after it, too. Without a listener, code of the application could not
   * run between their requests, so the outcome is the same as if each asked by itself, at half the cost.
   *
   * @returns how many were queued
   */
  enqueueRun(call: Call, calls: readonly Call[]): number {
    const { state, tool } = call
    if (!(state instanceof Queued) || state instanceof Outside || call.extra !== undefined) return 0
    if (tool === undefined || tool.tool.key !== undefined) return 0
    const { admission, queue } = this.#services
    const from = call.index + 1
    const most = Math.min(calls.length, from + queue.left)
    let end = from
    for (; end < most; end++) {
      const next = calls[end] as Call
      if (next.state !== READY || next.tool !== tool || next.extra !== undefined) break
      next.state = state
    }
    if (end > from) {
      queue.enter(end - from)
      admission.waitBehind(call, state.flow, calls, end)
    }
    return end - from
  }

  wait(call: Call, state: Queued): void {
    const { admission, queue } = this.#services
    call.state = state
    queue.enter(1)
    admission.wait(call, state.flow)
    if (queue.limitsWaits) call.rare().queueDeadline = queue.limit(() => this.#waitedTooLong(call))
    emitParked(call, state.flow.parkedOn?.kind ?? 'executor')
    admission.look()
  }

  withdraw(call: Call, flow: Flow, settle: () => void): void {
    const { admission, queue } = this.#services
    admission.together(() => {
      admission.withdraw(call, flow)
      queue.withdraw(settle)
    })
  }

  /** The call has another place in the queue. */
  move(call: Call, { flow: from, context }: Queued): void {
    const { admission } = this.#services
    const flow = call.batch.share.flow(from.demands, call.priority)
    call.state = new Queued(this, flow, context)
    const waitedFor = from.parkedOn?.kind
    admission.move(call, from, flow)
    const waitsFor = flow.parkedOn?.kind
    if (waitsFor !== undefined && waitsFor !== waitedFor) emitParked(call, waitsFor)
    admission.look()
  }

  admit(call: Call, { context }: Queued, admitted: Admitted, now: number | undefined): void {
    const { admission, queue } = this.#services
    const hasWaitedTooLong = queue.limitsWaits && queue.isOver(call.queueDeadline, now)
    // Its place in the queue goes to a call outside of it, and a listener of that may end this one.
    call.state = admitted
    try {
      queue.leave(call)
      if (call.state !== admitted) admission.undo(admitted.demands)
      else if (hasWaitedTooLong) this.#rejectAdmitted(call, admitted)
      else context.runInAsyncScope(startAdmitted, call, now)
    } catch (thrown) {
      this.#starting.couldNotStart(call, admitted.demands, thrown)
    }
  }

  /** @param now the clock's time, if it has just been read */
  start(call: Call, demands: Demands, now: number | undefined): void {
    this.#starting.startAt(call, demands, now)
  }

  /** Its time in the queue passed while the event loop was blocked. */
  #rejectAdmitted(call: Call, { demands }: Admitted): void {
    const { admission, queue } = this.#services
    try {
      this.#settling.refuse(call, failures.waitedTooLong(queue.bound.deadlineMs))
    } finally {
      admission.undo(demands)
    }
  }

  #waitedTooLong(call: Call): void {
    if (!call.wantsPermit || call.isOutside) return
    const failed = failures.waitedTooLong(this.#services.queue.bound.deadlineMs)
    this.#settling.leave(call, () => this.#settling.refuse(call, failed))
  }

  /** The state of a call that has to wait; calls of a turn with the same needs share it. */
  #sharedState({ batch }: Call, flow: Flow): Queued {
    const last = batch.isWhole ? (batch.queued as Queued | undefined) : undefined
    if (last?.flow === flow) return last
    const queued = new Queued(this, flow, last?.context)
    batch.queued = queued
    return queued
  }

  /** The needs of a call with a key; undefined if its key cannot be determined, which fails the call. */
  #keyedDemands(call: Call, tool: CompiledTool): Demands | undefined {
    let key: string | undefined
    try {
      key = keyOf(call, tool)
    } catch (thrown) {
      if (call.state === READY) this.#settling.refuse(call, failures.keyFailed(tool.tool.name, thrown))
      return undefined
    }
    if (key === undefined) return tool.demands
    call.rare().key = key
    return tool.admission.forKey(key, tool.demands, this.#services.clock.now())
  }
}

function startAdmitted(this: Call, now: number | undefined): void {
  if (this.state instanceof Admitted) this.state.queueing.start(this, this.state.demands, now)
}

/** @throws TypeError for a key that is not a string, or too long; whatever the tool's `key` throws */
function keyOf(call: Call, { tool }: CompiledTool): string | undefined {
  const key: unknown = tool.key?.(call.input as never, call.info() as never)
  if (key === undefined) return undefined
  if (typeof key !== 'string') {
    ignoreLater(key)
    throw new TypeError('it is not a string')
  }
  if (key.length > MAX_KEY_LENGTH) throw new TypeError(`it is longer than ${MAX_KEY_LENGTH} characters`)
  return key
}
