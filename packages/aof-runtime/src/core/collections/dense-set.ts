/**
 * An unordered set in one dense array, for members that enter and leave by the thousand.
 *
 * A `Set` would do, except for its memory: each time V8 rebuilds the table of a `Set`, the old table keeps a link to the
 * new one. Once an old table is promoted to the old generation, every later table stays alive until the next full
 * collection, so the heap grew at every minor collection. This set keeps no link to a member that has left.
 */
export class DenseSet<T> implements Iterable<T> {
  readonly #places: DenseSetPlace<T>[] = []

  get size(): number {
    return this.#places.length
  }

  /** The only member; undefined if there are several or none. */
  get sole(): T | undefined {
    return this.#places.length === 1 ? this.#places[0]?.member : undefined
  }

  /** @returns the place of the member, to be given to {@link leave} once */
  enter(member: T): DenseSetPlace<T> {
    const place = { member, index: this.#places.length }
    this.#places.push(place)
    return place
  }

  leave(place: DenseSetPlace<T>): void {
    const last = this.#places.pop()
    if (last === undefined || last === place) return
    last.index = place.index
    this.#places[place.index] = last
  }

  /** Whether `test` is true of a member; it must not change this set. */
  some(test: (member: T) => boolean): boolean {
    for (const { member } of this.#places) if (test(member)) return true
    return false
  }

  /** Iterates in no particular order over the members at the beginning; members may enter or leave meanwhile. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (const { member } of this.#places.slice()) yield member
  }
}

/** A member's place in a {@link DenseSet}. */
export interface DenseSetPlace<T> {
  readonly member: T
  index: number
}
