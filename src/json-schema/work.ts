/** More work than allowed. */
export class OverBudget extends Error {
  override readonly name: string = 'OverBudget'
}

/**
 * How much work a check may take, counted in visits of schemas, entries and characters: a limit that every machine keeps
 * in the same place, so that neither a schema nor a value can hold up others.
 */
export class Work {
  #left: number

  constructor(budget: number) {
    this.#left = budget
  }

  /** @throws OverBudget where it is used up */
  spend(units: number): void {
    this.#left -= units
    if (this.#left < 0) throw new OverBudget()
  }
}
