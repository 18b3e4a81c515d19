/**
 * The one of `candidates` that was most likely meant by `word`, or undefined where none is near: other case or
 * separators (`maxIterations`), or a few letters wrong, missing, added or swapped.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const plain = simplified(word.slice(0, MAX_LENGTH))
  let best: string | undefined
  let bestDistance = Infinity
  for (const candidate of candidates) {
    const other = simplified(candidate)
    const allowed = Math.max(plain.length, other.length) <= 3 ? 1 : Math.floor(Math.max(plain.length, other.length) / 3)
    const distance = editDistance(plain, other)
    if (distance <= allowed && distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

const MAX_LENGTH = 64

function simplified(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** How many letters must be changed, added, removed or swapped with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
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
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
