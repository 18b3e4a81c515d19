import type { ToolEvent } from '../../../packages/aof-runtime/src/index.ts'
import { type AttemptFacts, type CallFacts, type ExecutorFacts, isMadeBy } from './facts.ts'
import type { Stage } from './stage.ts'

type BreakerChanged = Extract<ToolEvent, { type: 'breaker_changed' }>

interface BreakerFacts {
  state: BreakerChanged['state']
  changedAt: number
  /** The attempt that started last while it was half open. */
  probe: AttemptFacts | undefined
}

const FOLLOWS = { closed: ['open'], open: ['half_open'], half_open: ['open', 'closed'] } as const

/** Follows the circuit breakers through their events, and says what calls of their tools must not do. */
export class Breakers {
  readonly #stage: Stage
  readonly #known = new Map<string, BreakerFacts>()

  constructor(stage: Stage) {
    this.#stage = stage
  }

  changes(site: ExecutorFacts, { tool, state, at }: BreakerChanged): void {
    const breaker = this.#breakerOf(site, tool)
    const { openMs = 0 } = this.#stage.plan.tools.find((_, index) => tool === nameOf(index))?.breaker ?? {}
    const follows: readonly string[] = FOLLOWS[breaker.state]
    if (!follows.includes(state))
      this.#stage.fault('I20', `the breaker of ${tool} is ${state}, and was ${breaker.state}`)
    if (state === 'half_open' && at < breaker.changedAt + openMs)
      this.#stage.fault('I20', `the breaker of ${tool} is half open too early`)
    breaker.state = state
    breaker.changedAt = at
    breaker.probe = undefined
  }

  /** An attempt has started. */
  starts(attempt: AttemptFacts): void {
    const { call } = attempt
    const breaker = this.#of(call)
    if (breaker === undefined) return
    if (breaker.state === 'open') this.#stage.fault('I20', `${call.mark} starts while the breaker of its tool is open`)
    if (breaker.state !== 'half_open') return
    if (isProbed(breaker)) this.#stage.fault('I20', `${call.mark} starts beside the probe of its tool`)
    breaker.probe = attempt
  }

  /** A call waits for the probe of its tool: there is one, and the probe does not wait for the call. */
  waits(call: CallFacts): void {
    const breaker = this.#of(call)
    const probe = breaker !== undefined && isProbed(breaker) ? breaker.probe?.call : undefined
    if (probe === undefined || probe === call)
      this.#stage.fault('I20', `${call.mark} waits for a probe, its breaker is ${breaker?.state}`)
    else if (isMadeBy(call, probe)) this.#stage.fault('I26', `${call.mark} waits for the probe that makes it`)
  }

  /** @returns what is wrong with the refusal of a call by the breaker of its tool */
  refuses(call: CallFacts): string | undefined {
    const breaker = this.#of(call)
    const openMs = call.tool?.breaker?.openMs
    if (breaker === undefined || openMs === undefined) return 'its tool has no breaker'
    const { hasBlocked, now } = this.#stage
    if (breaker.state === 'open')
      return now < breaker.changedAt + openMs || hasBlocked ? undefined : 'its breaker was open for long enough'
    if (breaker.state === 'closed') return 'its breaker is closed'
    if (!isProbed(breaker) || breaker.probe === undefined) return 'no other call is the probe'
    if (isMadeBy(call, breaker.probe.call)) return undefined
    const isLate = call.state === 'waiting' && call.waitsFor === 'breaker' && now >= call.waitsSince + openMs
    return isLate ? undefined : 'it may wait for the probe'
  }

  #of({ batch, plan, tool }: CallFacts): BreakerFacts | undefined {
    if (tool?.breaker === undefined || plan.tool === undefined) return undefined
    return this.#breakerOf(batch.site, nameOf(plan.tool))
  }

  #breakerOf({ index }: ExecutorFacts, tool: string): BreakerFacts {
    const place = `${index} ${tool}`
    let known = this.#known.get(place)
    if (known === undefined) this.#known.set(place, (known = { state: 'closed', changedAt: 0, probe: undefined }))
    return known
  }
}

function isProbed({ state, probe }: BreakerFacts): boolean {
  return state === 'half_open' && probe?.isOver === false
}

function nameOf(tool: number): string {
  return `tool${tool}`
}
