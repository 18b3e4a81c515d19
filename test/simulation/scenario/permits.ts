import { ModelRate } from '../admission-model.ts'
import { type AttemptFacts, type CallFacts, isCut } from './facts.ts'
import type { ScenarioPlan, ToolPlan } from './plan.ts'

/** A limit, and what tells its permits from those of others of its kind. */
export interface Limit {
  readonly kind: 'key' | 'tool' | 'executor' | 'process'
  readonly name: string
  readonly max: number
}

export type PermitsInUse = ReadonlyMap<string, { readonly limit: Limit; readonly count: number }>

/** The permits of each call, counted anew each time from the events. It does not judge the order of calls. */
export class Permits {
  readonly #plan: ScenarioPlan
  readonly #rates = new Map<string, ModelRate>()
  /** Of the controller. */
  max: number

  constructor(plan: ScenarioPlan) {
    this.#plan = plan
    this.max = plan.process?.maxParallel ?? Infinity
  }

  get hasProcess(): boolean {
    return this.#plan.process !== undefined
  }

  /** The limits of which a call needs a permit, the narrowest first. */
  limitsOf(call: CallFacts): Limit[] {
    return [...this.narrow(call), ...this.#wide(call)]
  }

  /** Those that are its tool's own. */
  narrow({ tool, plan, key }: CallFacts): Limit[] {
    if (tool === undefined) return []
    const { maxParallel, maxParallelPerKey } = tool
    const limits: Limit[] = []
    if (key !== undefined && maxParallelPerKey !== Infinity)
      limits.push({ kind: 'key', name: `key ${key} of tool ${plan.tool}`, max: maxParallelPerKey })
    if (maxParallel !== Infinity) limits.push({ kind: 'tool', name: `tool ${plan.tool}`, max: maxParallel })
    return limits
  }

  #wide({ batch }: CallFacts): Limit[] {
    const { site } = batch
    const limits: Limit[] = [{ kind: 'executor', name: `executor ${site.index}`, max: site.max }]
    if (this.hasProcess) limits.push({ kind: 'process', name: 'the process', max: this.max })
    return limits
  }

  /** The rates of a call, the narrowest first. */
  rates(call: CallFacts): ModelRate[] {
    const { tool, plan, key } = call
    if (tool === undefined) return []
    const rates: ModelRate[] = []
    if (key !== undefined && tool.ratePerKey !== undefined)
      rates.push(this.#rate(`key ${key} of tool ${plan.tool}`, tool.ratePerKey))
    if (tool.rate !== undefined) rates.push(this.#rate(`tool ${plan.tool}`, tool.rate))
    return rates
  }

  #rate(name: string, { n, perMs, burst }: NonNullable<ToolPlan['rate']>): ModelRate {
    let rate = this.#rates.get(name)
    if (rate === undefined) this.#rates.set(name, (rate = new ModelRate(n, perMs, burst)))
    return rate
  }

  /** By limit what is in use, for all that is. */
  inUse(calls: Iterable<CallFacts>, abandoned: Iterable<AttemptFacts>): PermitsInUse {
    const used = new Map<string, { limit: Limit; count: number }>()
    const add = (limits: readonly Limit[]): void => {
      for (const limit of limits) {
        const entry = used.get(limit.name)
        if (entry === undefined) used.set(limit.name, { limit, count: 1 })
        else entry.count++
      }
    }
    for (const call of calls) if (call.state === 'running') add(this.limitsOf(call))
    for (const attempt of abandoned) {
      const { call, keepsPermits } = attempt
      // Until the call of an attempt that was just abandoned has its result, it counts as one that runs.
      const isCounted = call.state === 'running' && call.attempts.at(-1) === attempt
      if (keepsPermits && !isCounted) add(this.narrow(call))
    }
    return used
  }

  /** @returns what is wrong with that a call waits for a permit, or a rate, at rest */
  waits(call: CallFacts, used: PermitsInUse, now: number): string | undefined {
    const { mark, waitsFor, state } = call
    if (waitsFor === 'rate') {
      // Its timer may fire in this millisecond.
      const isFree = state === 'resuming' || this.rates(call).every((rate) => rate.hasRoom(now - 1))
      return isFree ? `${mark} waits for a rate that has room` : undefined
    }
    const limit = this.limitsOf(call).find(({ kind }) => kind === waitsFor)
    if (limit === undefined) return `${mark} waits for ${waitsFor}, which it does not need`
    const count = used.get(limit.name)?.count ?? 0
    return count < limit.max ? `${mark} waits for ${limit.name}, ${count} of ${limit.max} in use` : undefined
  }

  /** Whether a permit of a limit may be set aside for another call that has been passed over for long. */
  maySetAside(call: CallFacts, others: Iterable<CallFacts>, now: number): boolean {
    const reserveAfterMs = this.#plan.process?.reserveAfterMs ?? Infinity
    if (reserveAfterMs === Infinity) return false
    for (const other of others) {
      const waits = other.state === 'waiting' || (other.state === 'resuming' && !isCut(other))
      if (other !== call && waits && now - other.flowSince >= reserveAfterMs) return true
    }
    return false
  }
}
