import { append } from '../../collections/multimap.ts'
import { nameOf } from './references.ts'
import type { CallName } from '../../contract/call.ts'
import { Dependent, type GraphCall } from './dependent.ts'
import { cycleThrough, stronglyConnected } from './cycles.ts'

/** How a call ended that others may depend on. */
type Outcome = 'succeeded' | 'failed'

/**
 * The dependencies between the calls of a batch.
 *
 * Duty: resolve the names of calls, and report to each call when all its dependencies have succeeded, or never will.
 * Boundary: knows no tools, permits or results. Reports are made at the end of the step, never inside a method of this class.
 * 1. A call gets at most one report: met, failed or impossible; and none after it has its result.
 * 2. A name without a call is unknown until a call of that name comes, or until {@link close}.
 * 3. All calls of a cycle are impossible, and calls that depend on a cycle have failed producers. Where calls come one by
 *    one, a call that closes a cycle with calls that were impossible already has a failed producer, too.
 */
export class CallGraph {
  /** By id; several calls may have the same id. */
  readonly #byId = new Map<string, GraphCall[]>()
  readonly #byPlace: GraphCall[] = []
  readonly #nodes = new Map<GraphCall, Dependent>()
  /** The calls that depend on a call without a result. */
  readonly #dependents = new Map<GraphCall, Dependent[]>()
  /** The calls that depend on a name for which there is no call yet. */
  readonly #awaited = new Map<CallName, Dependent[]>()
  readonly #outcomes = new Map<GraphCall, Outcome>()
  readonly #later: (act: () => void) => void
  /** Whether the batch is complete: no call is added any more. */
  #isClosed = false
  /** Whether all calls come at once: their places are computed after the last one. */
  readonly #isWhole: boolean
  /** Whether places have to be computed: only calls with effects need them. */
  #isOrdered: boolean
  /** Calls of which a dependency has just come; their places follow once its own dependencies are known. */
  #toPlace: Dependent[] = []

  /**
   * @param later runs a function at the end of the current step
   * @param isWhole whether all calls come at once, and none starts before {@link close}
   * @param isOrdered whether any call has effects
   */
  constructor(later: (act: () => void) => void, isWhole: boolean, isOrdered: boolean) {
    this.#later = later
    this.#isWhole = isWhole
    this.#isOrdered = isOrdered
  }

  /** Computes places from now on, since a call has effects. */
  order(): void {
    if (this.#isOrdered) return
    this.#isOrdered = true
    if (!this.#isWhole) this.#placeAll()
  }

  /** Adds a call, in order of places; then its dependencies, if any, by {@link add}; then {@link placeAwaiting}. */
  enter(call: GraphCall): void {
    this.placeAwaiting()
    append(this.#byId, call.id, call)
    this.#byPlace[call.index] = call
    if (this.#awaited.size === 0) return
    for (const name of [call.id, call.index]) {
      const waiting = this.#awaited.get(name)
      this.#awaited.delete(name)
      for (const node of waiting ?? []) {
        if (node.isOver) continue
        this.#resolve(node, [name])
        this.#toPlace.push(node)
      }
    }
  }

  /**
   * Computes the places of the calls that awaited the call entered last, once its own dependencies are known. So the places
   * of a long chain whose calls come in reverse are computed once, when its end has come, and not at each call.
   */
  placeAwaiting(): void {
    if (this.#toPlace.length === 0) return
    const nodes = this.#toPlace
    this.#toPlace = []
    for (const node of nodes) this.#place(node)
  }

  /** `call` depends on the calls of these names. */
  add(call: GraphCall, names: readonly CallName[]): Dependent {
    const node = new Dependent(call, names)
    this.#nodes.set(call, node)
    this.#resolve(node, [...node.unknown])
    this.#place(node)
    this.placeAwaiting()
    return node
  }

  /** A call had its result before the graph was made. */
  settledBefore(place: number, outcome: Outcome): void {
    const call = this.#byPlace[place]
    if (call !== undefined) this.#outcomes.set(call, outcome)
  }

  named(name: CallName): GraphCall | undefined {
    return typeof name === 'number' ? this.#byPlace[name] : this.#byId.get(name)?.[0]
  }

  /** A call has its result. */
  settled(call: GraphCall, outcome: Outcome): void {
    this.#outcomes.set(call, outcome)
    const own = this.#nodes.get(call)
    if (own !== undefined) own.isOver = true
    const dependents = this.#dependents.get(call)
    if (dependents === undefined) return
    this.#dependents.delete(call)
    for (const node of dependents) this.#producerSettled(node, call, outcome)
  }

  /** The batch is complete: names that are still unknown stay so. Where all calls came at once, an ambiguous name is refused. */
  close(): void {
    this.#isClosed = true
    for (const node of this.#nodes.values()) {
      this.#refuseUnknown(node)
      if (this.#isWhole) for (const name of node.names) this.#refuseRepeated(node, name)
    }
    if (!this.#isWhole) return
    for (const cycle of stronglyConnected(this.#nodes)) this.#refuseCycle(cycle)
    if (this.#isOrdered) this.#placeAll()
  }

  #resolve(node: Dependent, names: readonly CallName[]): void {
    const { call } = node
    for (const name of names) {
      this.#refuseRepeated(node, name)
      if (node.isOver) return
      const producer = this.named(name)
      if (producer === undefined) {
        append(this.#awaited, name, node)
        continue
      }
      node.unknown.delete(name)
      if (!this.#connect(node, producer)) return
    }
    if (this.#isClosed) this.#refuseUnknown(node)
    if (node.isOver) return
    if (node.isMet) this.#later(() => !node.isOver && call.dependenciesMet())
  }

  /** @returns false where the call was refused, so that its other names do not matter */
  #connect(node: Dependent, producer: GraphCall): boolean {
    if (node.producers.has(producer)) return true
    node.producers.add(producer)
    const outcome = this.#outcomes.get(producer)
    if (outcome === 'succeeded') return true
    if (outcome === 'failed') {
      this.#producerSettled(node, producer, outcome)
      return false
    }
    node.unsettled++
    append(this.#dependents, producer, node)
    // Where all calls come at once, `close` finds their cycles.
    return this.#isWhole || !this.#breakCycle(node, producer)
  }

  #producerSettled(node: Dependent, producer: GraphCall, outcome: Outcome): void {
    if (node.isOver) return
    if (outcome === 'failed') {
      node.isOver = node.isHopeless = true
      return this.#later(() => node.call.dependencyFailed(producer))
    }
    node.unsettled--
    if (node.isMet) this.#later(() => !node.isOver && node.call.dependenciesMet())
  }

  /** Computes its place, and those of all calls that depend on it. A place never gets earlier. */
  #place(node: Dependent): void {
    if (this.#isWhole || !this.#isOrdered) return
    const moved = [node]
    for (let next = moved.pop(); next !== undefined; next = moved.pop())
      if (!next.isOver && this.#hasMoved(next)) moved.push(...(this.#dependents.get(next.call) ?? []))
  }

  /** Computes the place of each call once, after those of its dependencies. */
  #placeAll(): void {
    const placed = new Set<Dependent>()
    for (const each of this.#nodes.values()) {
      const path = [each]
      for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
        const above = placed.has(node) ? [] : this.#unplacedAbove(node, placed)
        if (above.length > 0) {
          path.push(...above)
          continue
        }
        path.pop()
        if (placed.has(node) || node.isOver) continue
        placed.add(node)
        this.#hasMoved(node)
      }
    }
  }

  #unplacedAbove(node: Dependent, placed: ReadonlySet<Dependent>): Dependent[] {
    if (node.isOver) return []
    return [...node.producers]
      .map((producer) => this.#nodes.get(producer))
      .filter((above) => above !== undefined && !above.isOver && !placed.has(above)) as Dependent[]
  }

  /** @returns whether its place has changed */
  #hasMoved(node: Dependent): boolean {
    let place = node.unknown.size > 0 ? Infinity : node.call.index
    let depth = 0
    for (const producer of node.producers) {
      const above = this.#nodes.get(producer)
      place = Math.max(place, above?.place ?? producer.index)
      depth = Math.max(depth, (above?.depth ?? 0) + 1)
    }
    // Calls without a place come after all others and cannot start, so the order among them does not matter yet.
    if (place === Infinity) depth = 0
    if (place === node.place && depth === node.depth) return false
    node.place = place
    node.depth = depth
    node.call.moved(node)
    return true
  }

  /** @returns whether `node` depends on itself, by way of `producer` */
  #breakCycle(node: Dependent, producer: GraphCall): boolean {
    // In most batches a call comes after its dependencies, and these maps say at once that there is no cycle.
    if (!this.#dependents.has(node.call) || !this.#nodes.has(producer)) return false
    const cycle = cycleThrough(node, this.#nodes)
    if (cycle === undefined) return false
    this.#refuseCycle(cycle)
    return true
  }

  /** @param cycle calls of which each depends on all others, in call order */
  #refuseCycle(cycle: readonly Dependent[]): void {
    const names = cycle.map(({ call }) => nameOf(call.id))
    const shown = names.length > 8 ? [...names.slice(0, 8), '…'] : names
    const why =
      names.length === 1
        ? `The call ${names[0]} depends on itself.`
        : `The calls ${shown.join(', ')} depend on one another in a circle, so none of them can be the first.`
    for (const each of cycle) this.#refuse(each, why)
  }

  #refuseRepeated(node: Dependent, name: CallName): void {
    const count = typeof name === 'number' ? 1 : (this.#byId.get(name)?.length ?? 0)
    if (count < 2) return
    this.#refuse(
      node,
      `The call depends on ${nameOf(name)}, and ${count} calls have that id. Name it by its place, from 0.`,
    )
  }

  #refuseUnknown(node: Dependent): void {
    if (node.isOver || node.unknown.size === 0) return
    const names = [...node.unknown].slice(0, 20).map(nameOf)
    if (node.unknown.size > names.length) names.push('…')
    const known = [...this.#byId.keys()].slice(0, 20).map(nameOf).join(', ')
    this.#refuse(
      node,
      `The call depends on ${names.join(', ')}, and there is no such call. The calls are: ${known}${this.#byId.size > 20 ? ', …' : ''}.`,
    )
  }

  #refuse(node: Dependent, why: string): void {
    if (node.isOver) return
    node.isOver = node.isHopeless = true
    this.#later(() => node.call.dependencyImpossible(why))
  }
}
