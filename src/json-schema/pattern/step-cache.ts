/** How much the automata of one schema may remember together, in numbers kept. */
const MAX_CELLS = 400_000

/** What can be forgotten, and found out again. */
interface Forgetful {
  forget(): void
}

/** Bounds what the automata of a schema remember: when it is too much, all of them forget. */
export class StepCache {
  #cells = 0
  readonly #users = new Set<Forgetful>()

  /** Notes that `user` remembers more. */
  keep(user: Forgetful, cells: number): void {
    this.#users.add(user)
    this.#cells += cells
    if (this.#cells <= MAX_CELLS) return
    this.#cells = 0
    for (const one of this.#users) one.forget()
    this.#users.clear()
  }
}
