/**
 * What is under way, where things come and go by the thousand.
 *
 * A Set would do but for this: each time its table is made anew, the old one keeps a link to the new one. Once an old
 * table has lived long enough to be promoted, all that came after stays alive until the next full collection: with a
 * Set the heap grew at every minor collection, with this it does not. Here nothing that has left is linked to.
 */
export class Roster<T> implements Iterable<T> {
  readonly #places: RosterPlace<T>[] = []

  get size(): number {
    return this.#places.length
  }

  /** The only member; undefined where there are several, or none. */
  get sole(): T | undefined {
    return this.#places.length === 1 ? this.#places[0]?.member : undefined
  }

  /** @returns the place to {@link leave} later, once */
  enter(member: T): RosterPlace<T> {
    const place = { member, index: this.#places.length }
    this.#places.push(place)
    return place
  }

  leave(place: RosterPlace<T>): void {
    const last = this.#places.pop()
    if (last === undefined || last === place) return
    last.index = place.index
    this.#places[place.index] = last
  }

  /** Whether `test` is true of a member; it must change nothing here. */
  some(test: (member: T) => boolean): boolean {
    for (const { member } of this.#places) if (test(member)) return true
    return false
  }

  /** Members in no particular order; who comes or leaves meanwhile does not disturb. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (const { member } of this.#places.slice()) yield member
  }
}

/** A member's place in a {@link Roster}. */
export interface RosterPlace<T> {
  readonly member: T
  index: number
}
