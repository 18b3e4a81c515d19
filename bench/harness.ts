/** Something to measure: it does the whole of the work for an input and resolves when all is done. */
export interface Candidate<Input, Output = unknown> {
  readonly name: string
  readonly run: (input: Input) => Promise<Output>
}

/** How samples are taken. */
export interface Sampling {
  /** How often every candidate is sampled at every size, the candidates taking turns. */
  readonly repetitions: number
  /**
   * How long one sample lasts at least, in milliseconds: a small input is worked on again and again. Linux counts a
   * thread's time in ticks of up to 4 ms, so a sample should hold many.
   */
  readonly sampleMs: number
  /** How long each candidate runs before the first sample, in milliseconds. */
  readonly warmUpMs: number
}

/** Nanoseconds that a run took, by candidate and by size, one for each repetition: the n-th of each were taken together. */
export type Samples = Record<string, Record<number, number[]>>

/**
 * Takes samples of all candidates at all sizes. The candidates take turns within each repetition, each time in another
 * order, so that the n-th samples of two candidates are a pair from the same moments of the same process.
 *
 * What counts is the time that the thread computes, not the time by the clock: what else runs on the machine takes the
 * one away from nobody.
 *
 * No garbage collection is forced in between: a full one while no batch is alive makes V8 drop the optimized code of
 * whoever uses classes ("embedded weak objects cleared"), and the next sample would measure the compiler.
 */
export async function sample<Input>(
  candidates: readonly Candidate<Input>[],
  inputs: ReadonlyMap<number, Input>,
  sampling: Sampling,
): Promise<Samples> {
  for (const candidate of candidates) await warmUp(candidate, [...inputs.values()], sampling.warmUpMs)
  const samples: Samples = Object.fromEntries(candidates.map(({ name }) => [name, {}]))
  for (let repetition = 0; repetition < sampling.repetitions; repetition++) {
    for (const [size, input] of inputs) {
      for (const candidate of rotated(candidates, repetition)) {
        const ns = await oneSample(candidate, input, sampling.sampleMs)
        ;((samples[candidate.name] ??= {})[size] ??= []).push(ns)
      }
    }
  }
  return samples
}

/** Joins the repetitions of several processes. */
export function joinSamples(parts: readonly Samples[]): Samples {
  const joined: Samples = {}
  for (const part of parts) {
    for (const [name, sizes] of Object.entries(part)) {
      for (const [size, values] of Object.entries(sizes)) {
        const all = ((joined[name] ??= {})[Number(size)] ??= [])
        all.push(...values)
      }
    }
  }
  return joined
}

/**
 * Runs a candidate until it gets no faster, small and large inputs by turns, since code that has seen only one kind is
 * compiled for that kind. At least `warmUpMs`, at most ten times that: on a busy machine the compiler comes late.
 */
async function warmUp<Input>(candidate: Candidate<Input>, inputs: readonly Input[], warmUpMs: number): Promise<void> {
  const small = inputs.slice(0, Math.max(1, inputs.length - 2))
  const startedAt = performance.now()
  let best = Infinity
  for (let sinceBetter = 0; sinceBetter < 5 || performance.now() < startedAt + warmUpMs; sinceBetter++) {
    if (performance.now() > startedAt + 10 * warmUpMs) return
    let rounds = 0
    const windowAt = performance.now()
    const windowEnd = windowAt + warmUpMs / 10
    for (; performance.now() < windowEnd; rounds++) for (const input of small) await candidate.run(input)
    const ms = (performance.now() - windowAt) / rounds
    if (ms < best * 0.97) sinceBetter = 0
    best = Math.min(best, ms)
  }
}

/** Nanoseconds of one run. The clock is read seldom, since reading it takes as long as running a small input. */
async function oneSample<Input>(candidate: Candidate<Input>, input: Input, sampleMs: number): Promise<number> {
  const startedAt = cpuMs()
  for (let rounds = 0, more = 1; ; more = rounds) {
    for (let round = 0; round < more; round++) await candidate.run(input)
    rounds += more
    const elapsed = cpuMs() - startedAt
    if (elapsed >= sampleMs) return (elapsed * 1e6) / rounds
  }
}

/**
 * What this thread has computed so far, in milliseconds. Nothing that is sampled waits, so on an idle machine this is
 * the time by the clock.
 */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Another candidate goes first each time, so that none always follows the same one. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
