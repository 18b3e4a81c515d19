/** Makes choices by a script: those of the script first, then always the first option. */
export interface Choices {
  /** One of `options`. */
  pick<T>(options: readonly T[]): T
}

/**
 * Runs `run` once for every way in which its choices can fall; it must go the same way for the same choices.
 *
 * @returns how many ways there are
 */
export async function forEveryChoice(run: (choices: Choices) => Promise<void>): Promise<number> {
  let script: number[] = []
  for (let ways = 1; ; ways++) {
    const made: { readonly choice: number; readonly options: number }[] = []
    await run({
      pick: (options) => {
        const choice = script[made.length] ?? 0
        made.push({ choice, options: options.length })
        return options[choice] as (typeof options)[number]
      },
    })
    while (made.length > 0 && (made.at(-1)?.choice ?? 0) + 1 >= (made.at(-1)?.options ?? 0)) made.pop()
    const last = made.pop()
    if (last === undefined) return ways
    script = [...made.map(({ choice }) => choice), last.choice + 1]
  }
}
