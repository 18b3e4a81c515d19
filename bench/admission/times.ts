import { figure, type Table, type Target } from '../report.ts'
import { median, pairwiseRatios, summarize } from '../statistics.ts'

/** Samples of one comparison: milliseconds by candidate, one for each repetition. */
export type Times = Record<string, number[]>

/** Milliseconds of one run. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}

export function record(into: Times, name: string, value: number): void {
  ;(into[name] ??= []).push(value)
}

/** The ratio of two candidates. */
export function ratio(all: Times, name: string, base: string): number {
  return median(pairwiseRatios(all[name] ?? [], all[base] ?? []))
}

/** A table with a row for each candidate. */
export function times(title: string, all: Times): Table {
  const rows = Object.entries(all).map(([name, ms]) => ({ name, cells: [summarize(ms)] }))
  return { title, unit: 'ms', columns: ['ms'], rows }
}

export function target(claim: string, wanted: string, value: number, isMet: (value: number) => boolean): Target {
  return { claim, wanted, measured: figure(value), met: isMet(value) }
}
