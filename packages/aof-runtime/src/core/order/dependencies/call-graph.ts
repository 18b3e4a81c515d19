import { nameOf } from './references.ts'
import type { CallName } from '../../contract/call.ts'

/** A call as its dependencies see it. */
export interface GraphCall {
  readonly index: number
  readonly id: string
  /** All that it depends on has succeeded. */
  dependenciesMet(): void
  /** A call that it depends on did not succeed. */
  dependencyFailed(producer: GraphCall): void
  /** It depends on what cannot be; `why` is for a model. */
  dependencyImpossible(why: string): void
  /** Its place in the order of calls has changed. */
  moved(node: Dependent): void
}

/**
 * A call that depends on others.
 *
 * Its place in the order of calls is the latest of its own and of those that it depends on; of one place, who depends on
 * more comes later. So a call never comes before what it depends on, and the order has no cycle.
 */
export class Dependent {
  readonly call: GraphCall
  readonly producers: Set<GraphCall> = new Set()
  readonly names: readonly CallName[]
  /** Those for which there is no call yet. */
  readonly unknown: Set<CallName>
  /** Producers that have no result yet. */
  unsettled = 0
  /** Infinity while a producer is yet to come. */
  place: number
  /** How many calls stand one behind the other before it. */
  depth = 0
  isOver = false
  /** Whether it never will start. */
  isHopeless = false

  constructor(call: GraphCall, names: readonly CallName[]) {
    this.call = call
    this.names = names
    this.unknown = new Set(names)
    this.place = call.index
  }

  /** Whether all that it depends on has succeeded. */
  get isMet(): boolean {
    return !this.isHopeless && this.unsettled === 0 && this.unknown.size === 0
  }
}

/** What became of a call that others may depend on. */
type Outcome = 'succeeded' | 'failed'

/**
 * Which calls of a batch depend on which.
 *
 * Duty: find the calls that are named, tell each call when all that it depends on has succeeded, or that it never will.
 * Boundary: knows no tools, permits or results; whoever is told acts later, never inside of a call of this.
 * 1. A call is told at most one ending: met, failed or impossible; and nothing once it has its result.
 * 2. A name for which there is no call waits for one, until {@link close}.
 * 3. All calls of a cycle are impossible. Others that depend on them have failed producers; where calls come one by one, so
 *    does one that makes a cycle with calls that were impossible already.
 */
export class CallGraph {
  /** By id; several calls may have one. */
  readonly #byId = new Map<string, GraphCall[]>()
  readonly #byPlace: GraphCall[] = []
  readonly #nodes = new Map<GraphCall, Dependent>()
  /** Who depends on a call. */
  readonly #dependents = new Map<GraphCall, Dependent[]>()
  /** Who waits for a call of that name to come. */
  readonly #awaited = new Map<CallName, Dependent[]>()
  readonly #outcomes = new Map<GraphCall, Outcome>()
  readonly #later: (act: () => void) => void
  /** Whether no call comes any more. */
  #isClosed = false
  /** Whether all calls come at once: their places are worked out when the last has come. */
  readonly #isWhole: boolean
  /** Whether the places of calls matter to any: only to those that have effects. */
  #isOrdered: boolean
  /** Calls for which one has come just now on which they depend; it may depend on others itself. */
  #toPlace: Dependent[] = []

  /**
   * @param later does something at the end of the step that is under way
   * @param isWhole whether all calls come at once, and none starts before {@link close}
   * @param isOrdered whether any call has effects
   */
  constructor(later: (act: () => void) => void, isWhole: boolean, isOrdered: boolean) {
    this.#later = later
    this.#isWhole = isWhole
    this.#isOrdered = isOrdered
  }

  /** There is a call with effects: places matter from now on. */
  order(): void {
    if (this.#isOrdered) return
    this.#isOrdered = true
    if (!this.#isWhole) this.#placeAll()
  }

  /** A call has its place; to be told of all, in order, each before {@link hasArrived}. */
  arrives(call: GraphCall): void {
    this.hasArrived()
    const same = this.#byId.get(call.id)
    if (same === undefined) this.#byId.set(call.id, [call])
    else same.push(call)
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
   * It is known whether the call that came last depends on others, if that was said with it. So the places of a long chain
   * whose calls come in reverse are worked out once, when its end has come, and not at each.
   */
  hasArrived(): void {
    if (this.#toPlace.length === 0) return
    const nodes = this.#toPlace
    this.#toPlace = []
    for (const node of nodes) this.#place(node)
  }

  /** `call` depends on those that are named. */
  add(call: GraphCall, names: readonly CallName[]): Dependent {
    const node = new Dependent(call, names)
    this.#nodes.set(call, node)
    this.#resolve(node, [...node.unknown])
    this.#place(node)
    this.hasArrived()
    return node
  }

  /** A call has had its result before anything was known to depend on any. */
  settledBefore(place: number, outcome: Outcome): void {
    const call = this.#byPlace[place]
    if (call !== undefined) this.#outcomes.set(call, outcome)
  }

  /** The call of that name. */
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

  /** No call comes any more: what is still unknown stays so. Where all came at once, a name is good only for one call. */
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
      const producer = this.#find(node, name)
      if (node.isOver) return
      if (producer === undefined) {
        const waiting = this.#awaited.get(name)
        if (waiting === undefined) this.#awaited.set(name, [node])
        else waiting.push(node)
        continue
      }
      node.unknown.delete(name)
      if (!this.#connect(node, producer)) return
    }
    if (this.#isClosed) this.#refuseUnknown(node)
    if (node.isOver) return
    if (node.isMet) this.#later(() => !node.isOver && call.dependenciesMet())
  }

  /** @returns undefined where there is none, or the name is impossible */
  #find(node: Dependent, name: CallName): GraphCall | undefined {
    this.#refuseRepeated(node, name)
    return this.named(name)
  }

  /** @returns whether it may go on */
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
    const dependents = this.#dependents.get(producer)
    if (dependents === undefined) this.#dependents.set(producer, [node])
    else dependents.push(node)
    // Where all calls come at once, their cycles are found when all are there.
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

  /** Its place, and those of all who depend on it; none ever comes sooner than it was. */
  #place(node: Dependent): void {
    if (this.#isWhole || !this.#isOrdered) return
    const moved = [node]
    for (let next = moved.pop(); next !== undefined; next = moved.pop())
      if (!next.isOver && this.#hasMoved(next)) moved.push(...(this.#dependents.get(next.call) ?? []))
  }

  /** Each once, after those that it depends on. */
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

  #hasMoved(node: Dependent): boolean {
    let place = node.unknown.size > 0 ? Infinity : node.call.index
    let depth = 0
    for (const producer of node.producers) {
      const above = this.#nodes.get(producer)
      place = Math.max(place, above?.place ?? producer.index)
      depth = Math.max(depth, (above?.depth ?? 0) + 1)
    }
    // Calls without a place come after all others, and none of them can start: their order does not matter yet.
    if (place === Infinity) depth = 0
    if (place === node.place && depth === node.depth) return false
    node.place = place
    node.depth = depth
    node.call.moved(node)
    return true
  }

  /** @returns whether `node` depends on itself, by way of `producer` */
  #breakCycle(node: Dependent, producer: GraphCall): boolean {
    // Nearly always calls come in an order in which this is clear.
    if (!this.#dependents.has(node.call) || !this.#nodes.has(producer)) return false
    const cycle = this.#cycleThrough(node)
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

  /** All that it depends on and that depend on it, in call order; undefined where there are none. */
  #cycleThrough(start: Dependent): Dependent[] | undefined {
    const dependents = new Map<Dependent, Dependent[]>([[start, []]])
    const below = [start]
    for (let node = below.pop(); node !== undefined; node = below.pop()) {
      for (const call of node.producers) {
        const producer = this.#nodes.get(call)
        if (producer === undefined || producer.isOver) continue
        const known = dependents.get(producer)
        if (known !== undefined) known.push(node)
        else {
          dependents.set(producer, [node])
          below.push(producer)
        }
      }
    }
    const cycle = new Set<Dependent>()
    const above = [...(dependents.get(start) ?? [])]
    for (let node = above.pop(); node !== undefined; node = above.pop()) {
      if (cycle.has(node)) continue
      cycle.add(node)
      above.push(...(dependents.get(node) ?? []))
    }
    return cycle.size === 0 ? undefined : [...cycle].sort((a, b) => a.call.index - b.call.index)
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

/**
 * The calls that depend on themselves, by way of others or straight, each with all those that depend on it and on which it
 * depends; in call order. (Strongly connected components: Tarjan, "Depth-First Search and Linear Graph Algorithms", 1972.)
 */
function* stronglyConnected(nodes: ReadonlyMap<GraphCall, Dependent>): Generator<Dependent[], void, undefined> {
  const numbers = new Map<Dependent, number>()
  const lowest = new Map<Dependent, number>()
  const stack: Dependent[] = []
  const open = new Set<Dependent>()
  for (const start of nodes.values()) {
    if (start.isOver || numbers.has(start)) continue
    const path: { readonly node: Dependent; readonly above: Iterator<GraphCall> }[] = []
    const enter = (node: Dependent): void => {
      numbers.set(node, numbers.size)
      lowest.set(node, numbers.get(node) as number)
      open.add(node)
      stack.push(node)
      path.push({ node, above: node.producers.values() })
    }
    const lower = (node: Dependent, to: number): void => void lowest.set(node, Math.min(lowest.get(node) as number, to))
    enter(start)
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const { node, above } = at
      const next = above.next()
      if (next.done !== true) {
        const producer = nodes.get(next.value)
        if (producer === undefined || producer.isOver) continue
        if (!numbers.has(producer)) enter(producer)
        else if (open.has(producer)) lower(node, numbers.get(producer) as number)
        continue
      }
      path.pop()
      const low = lowest.get(node) as number
      const below = path.at(-1)
      if (below !== undefined) lower(below.node, low)
      if (low !== numbers.get(node)) continue
      const component: Dependent[] = []
      for (let each = stack.pop(); each !== undefined; each = each === node ? undefined : stack.pop()) {
        open.delete(each)
        component.push(each)
      }
      if (component.length > 1 || node.producers.has(node.call))
        yield component.toSorted((a, b) => a.call.index - b.call.index)
    }
  }
}
