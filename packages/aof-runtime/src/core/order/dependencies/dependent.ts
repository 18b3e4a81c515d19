import type { CallName } from '../../contract/call.ts'

/** A call in the graph of dependencies. */
export interface GraphCall {
  readonly index: number
  readonly id: string
  /** All calls that it depends on have succeeded. */
  dependenciesMet(): void
  /** A call that it depends on did not succeed. */
  dependencyFailed(producer: GraphCall): void
  /** Its dependencies can never be met; `why` is for a model. */
  dependencyImpossible(why: string): void
  /** Its place in the order of calls has changed. */
  moved(node: Dependent): void
}

/**
 * A call that depends on others.
 *
 * Its place in the order of calls is the latest of its own place and those of the calls that it depends on; among calls of
 * one place, the longer chain of dependencies comes later. So a call never comes before its dependencies, and the order has
 * no cycle.
 */
export class Dependent {
  readonly call: GraphCall
  readonly producers: Set<GraphCall> = new Set()
  readonly names: readonly CallName[]
  /** Names for which there is no call yet. */
  readonly unknown: Set<CallName>
  /** Producers that have no result yet. */
  unsettled = 0
  /** Infinity while a producer is yet to come. */
  place: number
  /** The length of the longest chain of calls that it depends on. */
  depth = 0
  /** Whether it gets no more reports. */
  isOver = false
  /** Whether it can never start. */
  isHopeless = false

  constructor(call: GraphCall, names: readonly CallName[]) {
    this.call = call
    this.names = names
    this.unknown = new Set(names)
    this.place = call.index
  }

  /** Whether all calls that it depends on have succeeded. */
  get isMet(): boolean {
    return !this.isHopeless && this.unsettled === 0 && this.unknown.size === 0
  }
}
