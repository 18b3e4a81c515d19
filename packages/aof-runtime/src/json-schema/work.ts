/** The bound of work is exceeded. */
export class OverBudget extends Error {
  override readonly name: string = 'OverBudget'
}

/**
 * The bound of work of a check, counted in visits of schemas, entries and characters. It is the same on every machine,
 * and keeps a schema or a value from blocking other work. One unit takes about twenty nanoseconds.
 */
export class Work {
  #left: number
  #more: (() => number) | undefined

  /** @param more returns the additional budget for the checked value; called once, when `budget` is used up */
  constructor(budget: number, more?: () => number) {
    this.#left = budget
    this.#more = more
  }

  /** @throws OverBudget if the budget is used up */
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
