/**
 * The candidate that `word` most likely stands for, or undefined if none is close: a different case or other separators
 * (`max_iterations` for `maxIterations`), a few letters wrong, missing, added or swapped, only the beginning (`timeout` for
 * `timeoutMs`), or more before it (`abortSignal` for `signal`).
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const plain = simplified(word.slice(0, MAX_LENGTH))
  const whole = nearest(candidates, (other) => {
    const longest = Math.max(plain.length, other.length)
    return ifAtMost(longest <= 3 ? 1 : longest / 3, at(distances(plain, other), other.length))
  })
  return whole ?? nearest(candidates, (other) => partDistance(plain, other))
}

/** The first of the candidates with the least distance, if that is not infinite. */
function nearest(candidates: Iterable<string>, distanceTo: (plain: string) => number): string | undefined {
  let best: string | undefined
  let bestDistance = Infinity
  for (const candidate of candidates) {
    const distance = distanceTo(simplified(candidate))
    if (distance >= bestDistance) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

/** The fewest letters of a name whose rest is missing, or before which there is more. */
const LEAST_PART = 5

/** The distance of a word that ends with `other`, the least of all, or with which `other` begins, a few letters aside. */
function partDistance(word: string, other: string): number {
  if (other.length >= LEAST_PART && word.endsWith(other)) return -1
  return word.length < LEAST_PART ? Infinity : ifAtMost(word.length / LEAST_PART, Math.min(...distances(word, other)))
}

function ifAtMost(most: number, distance: number): number {
  return distance <= most ? distance : Infinity
}

const MAX_LENGTH = 64

function simplified(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/**
 * The edit distances from `a` to all prefixes of `b`, the empty one first: the numbers of letters to change, add, remove or
 * swap with their neighbour (optimal string alignment).
 */
function distances(a: string, b: string): number[] {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(beforeLast, j - 2) + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
