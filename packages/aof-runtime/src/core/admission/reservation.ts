import type { Flow } from './flow.ts'
import type { Limit } from './limit.ts'

/**
 * The reservation of a flow that was passed over for `reserveAfterMs`: permits are set aside until it can take all that it
 * needs. There is one reservation at a time.
 */
export class Reservation {
  /** The flow with the reservation. */
  flow: Flow | undefined
  readonly #free: (limit: Limit) => void

  /** @param free returns a permit that was set aside */
  constructor(free: (limit: Limit) => void) {
    this.#free = free
  }

  begin(flow: Flow): void {
    this.flow = flow
    for (const limit of flow.demands.limits) this.take(limit)
  }

  /** Sets a free permit of the limit aside, if the flow needs one. */
  take(limit: Limit): void {
    const { flow } = this
    if (flow === undefined) return
    if (!limit.isReserved && limit.inUse < limit.max && flow.demands.limits.includes(limit)) limit.isReserved = true
  }

  end(): void {
    const { flow } = this
    this.flow = undefined
    for (const limit of flow?.demands.limits ?? []) {
      if (!limit.isReserved) continue
      limit.isReserved = false
      this.#free(limit)
    }
  }
}
