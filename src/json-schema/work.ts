/** More work than allowed. */
export class OverBudget extends Error {
  override readonly name: string = 'OverBudget'
}

/**
 * How much work a check may take, counted in visits of schemas, entries and characters: a limit that every machine keeps
 * in the same place, so that neither a schema nor a value can hold up others. A unit is some twenty nanoseconds.
 */
export class Work {
  #left: number
  #more: (() => number) | undefined

  /** @param more how much may be added for what is worked on; asked once, where `budget` is used up */
  constructor(budget: number, more?: () => number) {
    this.#left = budget
    this.#more = more
  }

  /** @throws OverBudget where it is used up */
  spend(units: number): void {
    this.#left -= units
    if (this.#left < 0) this.#extend()
  }

  #extend(): void {
    if (this.#more !== undefined) this.#left += this.#more()
    this.#more = undefined
    if (this.#left < 0) throw new OverBudget()
  }
}
