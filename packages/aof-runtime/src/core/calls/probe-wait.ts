import { type AsyncContext, captureAsyncContext } from '../host/async-context.ts'
import type { Engine } from './engine.ts'
import type { Expiring, TimeoutList } from '../host/timeouts.ts'
import type { ToolGuard } from '../attempt/tool-guard.ts'

/** A call, as its wait for a probe sees it. */
export interface ProbeWaiter {
  readonly engine: Pick<Engine, 'census' | 'timeouts'>
  /** The probe has ended: the call asks for its permits again, or is refused. */
  probeEnded(wait: ProbeWait): void
  /** The call has waited for the probe for as long as it may. */
  probeIsLate(wait: ProbeWait): void
}

/**
 * The wait of a call while another call of its tool, the probe, tries whether the tool works again.
 *
 * Duty: end with the probe, or after `openMs`, whichever comes first; be counted meanwhile. It holds no permits.
 * Boundary: the guard of the tool knows when the probe ends; the call decides what follows.
 */
export class ProbeWait implements Expiring {
  readonly phase = 'awaiting_probe'
  readonly guard: ToolGuard
  readonly #call: ProbeWaiter
  readonly #context: AsyncContext = captureAsyncContext()

  timeoutList: TimeoutList | undefined
  addedAt = 0
  before: Expiring | undefined
  after: Expiring | undefined

  /** Begins the wait, in the async context in which the call will go on. */
  constructor(call: ProbeWaiter, guard: ToolGuard, now: number) {
    this.#call = call
    this.guard = guard
    guard.awaitProbe(this)
    call.engine.census.count('breaker', 1)
    call.engine.timeouts.add(this, guard.openMs, now)
  }

  /** Ends the wait, once. */
  end(): void {
    const { census, timeouts } = this.#call.engine
    timeouts.remove(this)
    this.guard.awaitProbeNoMore(this)
    census.count('breaker', -1)
  }

  probeEnded(): void {
    this.#context.runInAsyncScope(this.#call.probeEnded, this.#call, this)
  }

  expire(): void {
    this.#call.probeIsLate(this)
  }
}
