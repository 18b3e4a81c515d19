import type { Demands } from '../admission/demands.ts'
import {
  FREE_TICKET,
  type GateRefusal,
  isRefusal,
  PROBE_UNDER_WAY,
  type Ticket,
  type ToolGate,
} from '../attempt/tool-gate.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { Call } from './call.ts'
import { emitParked } from './call-events.ts'
import { READY, SETTLED, WITHDRAWN } from './call-state.ts'
import { failure, failures } from './failures.ts'
import { ProbeWait } from './probe-wait.ts'
import type { Running } from './running.ts'
import type { Settling } from './settling.ts'
import type { Services } from './services.ts'

type StartingServices = Services<'admission' | 'clock' | 'counters' | 'queue' | 'timeouts'>

/**
 * The stage of calls that have their permits: the last checks before the tool runs.
 *
 * Duty: start the call, unless its deadline has passed or its tool's gate rejects it; then return the permits.
 */
export class Starting {
  readonly #services: StartingServices
  readonly #settling: Settling
  readonly #running: Running
  readonly #ask: (call: Call) => void

  /** @param ask asks for the permits of a call again, since the probe that it waited for has ended */
  constructor(services: StartingServices, settling: Settling, running: Running, ask: (call: Call) => void) {
    this.#services = services
    this.#settling = settling
    this.#running = running
    this.#ask = ask
  }

  /** @param demands all of them have just been taken */
  start(call: Call, demands: Demands): void {
    try {
      this.startAt(call, demands, undefined)
    } catch (thrown) {
      this.couldNotStart(call, demands, thrown)
    }
  }

  /** @param at the clock's time, if it has just been read */
  startAt(call: Call, demands: Demands, at: number | undefined): void {
    const { admission, clock } = this.#services
    const now = at ?? clock.now()
    const tool = call.tool as CompiledTool
    const { times } = call.batch
    if (times.mayExpire && times.expireIfDue(call, now)) return admission.undo(demands)
    const { gate } = tool
    const ticket = gate.isFree ? FREE_TICKET : this.#enter(call, gate, now)
    if (ticket === undefined) return admission.undo(demands)
    this.#running.start(call, tool, ticket, demands, now)
  }

  /** Code before the start threw, e.g. the clock: the call fails, and its permits are returned. */
  couldNotStart(call: Call, demands: Demands, thrown: unknown): void {
    const { state } = call
    // Once an execution has begun, it releases its permits whatever throws.
    if (state === SETTLED || state === WITHDRAWN || state.phase === 'running') throw thrown
    try {
      this.#settling.refuse(call, failures.notStarted(call.name, thrown))
    } finally {
      this.#services.admission.undo(demands)
    }
  }

  /** @returns undefined if the call cannot start now: it waits for a probe, was rejected, or was ended by a listener */
  #enter(call: Call, gate: ToolGate, now: number): Ticket | undefined {
    const answer = gate.enter(now)
    if (answer === PROBE_UNDER_WAY) return this.#awaitProbe(call, gate, now)
    if (isRefusal(answer)) return this.#reject(call, answer)
    // A breaker that lets a probe start emits an event, whose listener may have ended this call.
    if (!call.isSettled) return answer
    gate.left(answer, 'neither', now)
    return undefined
  }

  #awaitProbe(call: Call, gate: ToolGate, now: number): undefined {
    const { queue, counters } = this.#services
    if (call.batch.nesting?.isWithinProbeOf(gate) === true) this.#reject(call, gate.ownProbeRefusal)
    else if (queue.bound.policy === 'reject' && queue.isFull(counters.besideQueue))
      this.#settling.refuse(call, failures.queueFull(queue.bound.max))
    else {
      const wait = new ProbeWait(gate, this.#services, now, {
        ended: () => this.#probeEnded(call, wait),
        late: () => {
          if (call.state === wait)
            this.#settling.fail(call, failure(gate.lateProbeRefusal.code, gate.lateProbeRefusal.message))
        },
      })
      call.state = wait
      emitParked(call, 'breaker')
    }
  }

  #probeEnded(call: Call, wait: ProbeWait): void {
    if (call.state !== wait) return
    wait.end()
    call.state = READY
    const refusal = wait.gate.openRefusal(this.#services.clock.now())
    if (refusal === undefined) this.#ask(call)
    else this.#reject(call, refusal)
  }

  #reject(call: Call, { code, message }: GateRefusal): undefined {
    this.#settling.refuse(call, failure(code, message))
  }
}
