import { ModelRate } from '../admission-model.ts'
import type { CallFacts } from './facts.ts'
import type { OrderPlan, ToolName } from './plan.ts'

/** What a call may wait for before it starts, or goes on, that is no matter of order. */
const KINDS: readonly string[] = ['rate', 'key', 'tool', 'executor', 'process']

export function isForPermits(waitsFor: string | undefined): boolean {
  return waitsFor !== undefined && KINDS.includes(waitsFor)
}

/** A limit, and what tells its permits from those of others of its kind. */
interface Limit {
  readonly kind: string
  readonly name: string
  readonly max: number
}

/**
 * Who holds which permits, counted anew each time from what has been told of the calls.
 *
 * It has no say in who comes first; the crowds look at that.
 */
export class Permits {
  readonly #plan: OrderPlan
  readonly #rates: ReadonlyMap<ToolName, ModelRate>

  constructor(plan: OrderPlan) {
    this.#plan = plan
    const rates = new Map<ToolName, ModelRate>()
    for (const [name, { rate }] of Object.entries(plan.tools))
      if (rate !== undefined) rates.set(name as ToolName, new ModelRate(rate.n, rate.perMs, rate.burst))
    this.#rates = rates
  }

  /** @returns what is wrong with that a call starts */
  starts({ plan, mark }: CallFacts, now: number): string | undefined {
    const rate = this.#rates.get(plan.tool)
    if (rate === undefined) return undefined
    const hasRoom = rate.hasRoom(now)
    rate.start(now)
    return hasRoom ? undefined : `${mark} starts, and its rate has no room`
  }

  /** @returns by limit what is in use, for all that is */
  inUse(calls: Iterable<CallFacts>): ReadonlyMap<string, { readonly limit: Limit; readonly count: number }> {
    const used = new Map<string, { limit: Limit; count: number }>()
    const add = (limit: Limit, count: number): void => {
      const entry = used.get(limit.name)
      if (entry === undefined) used.set(limit.name, { limit, count })
      else entry.count += count
    }
    for (const call of calls) {
      const holds = call.state === 'running' && !call.isSuspended && call.waitsFor === undefined ? 1 : 0
      for (const limit of this.#narrow(call)) add(limit, holds + call.keptPermits.length)
      for (const limit of this.#wide(call)) add(limit, holds)
    }
    return used
  }

  /** @returns what is wrong with that a call waits for what it waits for, at rest */
  waits(call: CallFacts, used: ReturnType<Permits['inUse']>, now: number): string | undefined {
    const { mark, waitsFor, isSuspended } = call
    if (waitsFor === 'rate') {
      const rate = isSuspended ? undefined : this.#rates.get(call.plan.tool)
      // The timer may fire in this millisecond.
      return rate === undefined || rate.hasRoom(now - 1) ? `${mark} waits for a rate that has room` : undefined
    }
    const limit = [...this.#narrow(call), ...this.#wide(call)].find(({ kind }) => kind === waitsFor)
    if (limit === undefined) return `${mark} waits for ${String(waitsFor)}, which it does not need`
    const count = used.get(limit.name)?.count ?? 0
    return count < limit.max ? `${mark} waits for ${limit.name}, ${count} of ${limit.max} in use` : undefined
  }

  #narrow({ plan }: CallFacts): Limit[] {
    const { maxParallel, maxParallelPerKey } = this.#plan.tools[plan.tool]
    return [
      { kind: 'key', name: `key ${plan.key} of ${plan.tool}`, max: maxParallelPerKey },
      { kind: 'tool', name: `tool ${plan.tool}`, max: maxParallel },
    ]
  }

  #wide({ batch }: CallFacts): Limit[] {
    const { executors, maxParallel } = this.#plan
    return [
      { kind: 'executor', name: `executor ${batch.site}`, max: executors[batch.site]?.maxParallelTools ?? 0 },
      { kind: 'process', name: 'the process', max: maxParallel },
    ]
  }
}
