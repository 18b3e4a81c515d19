/** How many calls are in a state in which they hold no permits: of an executor, and of all that share its controller. */
export class Census {
  suspended = 0
  abandoned = 0
  readonly #above: Census | undefined

  /** @param above who is told as well */
  constructor(above?: Census) {
    this.#above = above
  }

  count(what: 'suspended' | 'abandoned', by: 1 | -1): void {
    this[what] += by
    this.#above?.count(what, by)
  }
}
