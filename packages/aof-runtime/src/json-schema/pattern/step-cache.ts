/** The memory that the automata of one schema share, in numbers stored. */
const MAX_CELLS = 400_000

/** A cache that can be cleared and computed again. */
interface Forgetful {
  forget(): void
}

/** Bounds the memory of the automata of a schema: at the bound, all of them clear their caches. */
export class StepCache {
  #cells = 0
  readonly #users = new Set<Forgetful>()

  /** Counts `cells` more for `user`. */
  reserve(user: Forgetful, cells: number): void {
    this.#users.add(user)
    this.#cells += cells
    if (this.#cells <= MAX_CELLS) return
    this.#cells = 0
    for (const one of this.#users) one.forget()
    this.#users.clear()
  }
}
