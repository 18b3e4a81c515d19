/** A candidate of a measurement: does the whole work for an input, and resolves when it is done. */
export interface Candidate<Input, Output = unknown> {
  readonly name: string
  readonly run: (input: Input) => Promise<Output>
}

/** Settings of the sampling. */
export interface Sampling {
  /** Number of samples of every candidate at every size; the candidates take turns. */
  readonly repetitions: number
  /**
   * Shortest duration of one sample, in milliseconds: a small input is processed repeatedly. Linux counts a thread's
   * time in ticks of up to 4 ms, so a sample should hold many.
   */
  readonly sampleMs: number
  /** Warm-up of each candidate before the first sample, in milliseconds. */
  readonly warmUpMs: number
}

/** Nanoseconds of a run, by candidate and by size, one for each repetition; the n-th samples were taken together. */
export type Samples = Record<string, Record<number, number[]>>

/**
 * Samples all candidates at all sizes. The candidates take turns within each repetition, each time in another order, so
 * that the n-th samples of two candidates are a pair from the same moments of the same process.
 *
 * It measures the CPU time of the thread, not the wall time, so that other programs on the machine have little
 * influence.
 *
 * No garbage collection is forced in between. A full collection while no batch is alive makes V8 drop the optimised
 * code of classes ("embedded weak objects cleared"), and the next sample would measure the compiler.
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
 * Runs a candidate until it gets no faster, with small and large inputs in turn, because code that has seen only one
 * kind is compiled for that kind. At least `warmUpMs`, at most ten times that: on a busy machine the compiler is late.
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

/** Nanoseconds of one run. The clock is read seldom, because reading it takes as long as a small input. */
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
 * CPU time of this thread so far, in milliseconds. Nothing that is sampled waits, so on an idle machine it equals the
 * wall time.
 */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Rotates the order, so that no candidate always follows the same one. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
