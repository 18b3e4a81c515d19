/** Whole numbers from `from` up to, and without, `to`. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** The union of ranges, in order; ranges that touch or overlap become one. */
export function union(ranges: readonly Range[]): readonly Range[] {
  const merged: Range[] = []
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last === undefined || range.from > last.to) merged.push(range)
    else merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, range.to) }
  }
  return merged
}

/** The parts of `whole` that none of `done` covers, in order. */
export function missing(whole: Range, done: readonly Range[]): readonly Range[] {
  const left: Range[] = []
  let { from } = whole
  for (const range of union(done)) {
    if (range.from > from && from < whole.to) left.push({ from, to: Math.min(range.from, whole.to) })
    from = Math.max(from, range.to)
  }
  if (from < whole.to) left.push({ from, to: whole.to })
  return left
}

/** How many numbers of `whole` some of `done` covers. */
export function covered(whole: Range, done: readonly Range[]): number {
  return missing(whole, done).reduce((count, { from, to }) => count - (to - from), whole.to - whole.from)
}
