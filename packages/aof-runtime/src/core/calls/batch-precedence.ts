import type { Counters } from '../admission/counters.ts'
import type { CallName } from '../contract/call.ts'
import type { ToolResult, UnsuccessfulResult } from '../contract/result.ts'
import { CallGraph } from '../order/dependencies/call-graph.ts'
import type { Dependent } from '../order/dependencies/dependent.ts'
import type { Conflicts } from '../order/effects/conflicts.ts'
import type { OrderKey } from '../order/effects/order-key.ts'
import type { ToolEffects } from '../order/effects/tool-effects.ts'
import { raiseRemaining } from '../order/remaining-path.ts'
import type { BatchResults } from './batch-results.ts'
import type { Call, CallBatch, CallPrecedence } from './call.ts'
import { type CallFailure, failures } from './failures.ts'
import { Prerequisites, type PrerequisitesHost } from './prerequisites.ts'
import type { Services } from './services.ts'
import type { Stages } from './stages.ts'

type PrecedenceServices = Services<'admission' | 'conflicts' | 'counters'> & Pick<Stages, 'preceding' | 'settling'>

/** A batch, as the order among its calls sees it. */
interface OrderedBatch extends CallBatch {
  readonly calls: readonly Call[]
  readonly results: BatchResults
  readonly isBeingAccepted: boolean
}

/**
 * The order among a batch's calls.
 *
 * Duty: keep the graph of dependencies, if there are any, and the prerequisites of the calls that have some.
 * Boundary: the graph and the conflicts decide what comes first; calls wait by {@link Prerequisites}.
 */
export class BatchPrecedence implements CallPrecedence, PrerequisitesHost {
  hasFollowers = false
  readonly conflicts: Conflicts
  readonly counters: Counters
  readonly #batch: OrderedBatch
  readonly #services: PrecedenceServices
  /** Whether any of its calls has effects. */
  #hasEffects = false
  #graph: CallGraph | undefined

  constructor(batch: OrderedBatch, services: PrecedenceServices) {
    this.conflicts = services.conflicts
    this.counters = services.counters
    this.#batch = batch
    this.#services = services
  }

  of(call: Call): Prerequisites {
    return (call.rare().prerequisites ??= new Prerequisites(call, this))
  }

  /** A call of a tool with effects has its place. */
  announce(call: Call, { bound }: ToolEffects): void {
    this.hasFollowers = true
    this.#hasEffects = true
    this.#graph?.order()
    this.of(call).announce(bound)
  }

  /** Whether there is a graph. */
  get hasGraph(): boolean {
    return this.#graph !== undefined
  }

  /** Adds a call to the graph; the call may be settled already. */
  enter(call: Call): void {
    const graph = this.#graph
    if (graph === undefined) return
    const prerequisites = this.of(call)
    graph.enter(prerequisites)
    const result = this.#batch.results.at(call.index)
    if (result !== undefined) graph.settled(prerequisites, outcomeOf(result))
  }

  /** The dependencies of the call that entered last are known. */
  entered(): void {
    this.#graph?.placeAwaiting()
  }

  /** A call is settled. */
  settled({ extra }: Call, result: ToolResult): void {
    const prerequisites = extra?.prerequisites
    if (prerequisites === undefined) return
    if (prerequisites.claim !== undefined) this.conflicts.settle(prerequisites.claim)
    this.#graph?.settled(prerequisites, outcomeOf(result))
  }

  /** The batch takes no more calls. */
  close(): void {
    const graph = this.#graph
    if (graph !== undefined) this.#services.admission.together(() => graph.close())
  }

  resultNamed(name: CallName): ToolResult | undefined {
    const call = this.#graph?.named(name)
    return call && this.#batch.results.at(call.index)
  }

  /** The calls in the order in which they ask for permits: by rank, then by the time behind them, then in call order. */
  ranked(): Call[] {
    const { calls } = this.#batch
    for (const { extra } of calls.toReversed())
      if (extra?.prerequisites !== undefined) raiseRemaining(extra.prerequisites)
    return calls.toSorted((a, b) => {
      const difference = b.priority - a.priority
      return difference === 0 ? b.expectedMs + b.remainingMs - a.expectedMs - a.remainingMs : difference
    })
  }

  // As the host of prerequisites:

  get parent(): Prerequisites | undefined {
    const parent = this.#batch.nesting?.parent.call
    return parent?.batch.precedence.of(parent)
  }

  get privacy(): unknown {
    return this.#batch.privacy
  }

  get isBeingAccepted(): boolean {
    return this.#batch.isBeingAccepted
  }

  dependOn(prerequisites: Prerequisites, names: readonly CallName[]): Dependent {
    this.hasFollowers = true
    const { admission } = this.#services
    const graph = (this.#graph ??= this.#newGraph())
    return admission.together(() => graph.add(prerequisites, names))
  }

  #newGraph(): CallGraph {
    const { calls, isWhole, results } = this.#batch
    const graph = new CallGraph((act) => this.#services.admission.afterwards(act), isWhole, this.#hasEffects)
    for (const call of calls) graph.enter(this.of(call))
    for (const result of results.decided()) graph.settledBefore(result.index, outcomeOf(result))
    return graph
  }

  orderKey(index: number, place: number = index, depth = 0): OrderKey {
    const { order } = this.#batch
    const acceptedAt = place === Infinity ? Infinity : this.#batch.acceptedAt(place)
    return { acceptedAt, batch: order, place, depth, index }
  }

  unsettledAt(index: number): Call | undefined {
    return this.#batch.results.at(index) === undefined ? this.#batch.calls[index] : undefined
  }

  fail(call: Call, failed: CallFailure): void {
    this.#services.settling.fail(call, failed)
  }

  producerFailed(call: Call, index: number): void {
    const { settling } = this.#services
    const { isAborted, times, results } = this.#batch
    if (isAborted) settling.abort(call)
    else if (times.expired !== undefined) settling.expire(call, times.expired)
    else settling.fail(call, failures.dependencyFailed(results.at(index) as UnsuccessfulResult))
  }

  suspendParent(call: Call): void {
    this.#services.preceding.suspendParent(call)
  }
}

function outcomeOf({ success }: ToolResult): 'succeeded' | 'failed' {
  return success ? 'succeeded' : 'failed'
}
