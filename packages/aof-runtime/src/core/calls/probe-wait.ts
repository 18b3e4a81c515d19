import type { ToolGate } from '../attempt/tool-gate.ts'
import { captureAsyncContext } from '../host/async-context.ts'
import { Expiry } from '../host/expiry.ts'
import type { Services } from './services.ts'

type ProbeWaitServices = Services<'counters' | 'timeouts'>

/**
 * The state of a call while another call of its tool, the probe, tries whether the tool works again. The call holds no permit.
 *
 * Duty: end with the probe, or after `openMs`, whichever comes first; be counted meanwhile.
 * Boundary: the gate of the tool knows when the probe ends; the reports decide what follows.
 */
export class ProbeWait {
  readonly phase = 'awaiting_probe'
  readonly gate: ToolGate
  /** The probe has ended; runs in the async context in which the wait began. */
  readonly probeEnded: () => void
  readonly #services: ProbeWaitServices
  readonly #expiry: Expiry

  constructor(
    gate: ToolGate,
    services: ProbeWaitServices,
    now: number,
    reports: { readonly ended: () => void; readonly late: () => void },
  ) {
    const context = captureAsyncContext()
    this.gate = gate
    this.probeEnded = () => context.runInAsyncScope(reports.ended, undefined, undefined)
    this.#services = services
    this.#expiry = new Expiry(reports.late)
    gate.awaitProbe(this)
    services.counters.count('breaker', 1)
    services.timeouts.add(this.#expiry, gate.openMs, now)
  }

  /** Ends the wait, once. */
  end(): void {
    this.#services.timeouts.remove(this.#expiry)
    this.gate.stopAwaiting(this)
    this.#services.counters.count('breaker', -1)
  }

  leave(_call: unknown, settle: () => void): void {
    this.end()
    settle()
  }
}
