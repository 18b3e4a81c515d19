/** Summary of a set of repetitions: the median and the range. */
export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
  /** Number of repetitions. */
  readonly repetitions: number
}

/** The middle value; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  if (upper === undefined) throw new Error('median: expected at least one value, got none.')
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

/** Median, least and greatest of the repetitions. */
export function summarize(values: readonly number[]): Summary {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), repetitions: values.length }
}

/**
 * The ratio of two candidates, repetition by repetition: the two samples of a pair were taken shortly after each other,
 * so that the influence of other programs cancels out.
 */
export function pairwiseRatios(candidate: readonly number[], base: readonly number[]): number[] {
  if (candidate.length !== base.length) {
    throw new Error(`pairwiseRatios: expected as many repetitions of each, got ${candidate.length} and ${base.length}.`)
  }
  return candidate.map((value, repetition) => value / (base[repetition] ?? Number.NaN))
}

/** The exponent k of `cost = c · nᵏ` through the points, by least squares on the logarithms: 1 is linear. */
export function growthExponent(points: readonly (readonly [n: number, cost: number])[]): number {
  const logs = points.map(([n, cost]) => [Math.log(n), Math.log(cost)] as const)
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length
  const covariance = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const variance = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return covariance / variance
}
