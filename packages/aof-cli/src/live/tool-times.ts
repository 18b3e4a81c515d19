import type { LiveTurn } from './live-state.ts'

/** The outcome of the calls of some turns. */
export interface ToolTimes {
  readonly calls: number
  readonly succeeded: number
  readonly failed: number
  /** Number of calls that an abort ended or kept from starting. */
  readonly aborted: number
  /** The wall-clock time of the tools: from the first start to the last end of each turn, in milliseconds. */
  readonly wallMs: number
  /** The sum of the tools' run times, in milliseconds: roughly the time of running them one after the other. */
  readonly toolMs: number
}

/** Sums up the calls of `turns` that have results. */
export function toolTimes(turns: readonly LiveTurn[]): ToolTimes {
  const total = { calls: 0, succeeded: 0, failed: 0, aborted: 0, wallMs: 0, toolMs: 0 }
  for (const turn of turns) {
    let [first, last] = [Infinity, -Infinity]
    for (const { state } of turn.calls) {
      if (state.phase !== 'settled') continue
      const { status, timing } = state.result
      total.calls++
      total[status === 'succeeded' || status === 'aborted' ? status : 'failed']++
      total.toolMs += timing.runMs
      if (timing.attempts === 0) continue
      first = Math.min(first, state.settledAt - timing.runMs)
      last = Math.max(last, state.settledAt)
    }
    if (last > first) total.wallMs += last - first
  }
  return total
}

/** The ratio of the tools' total run time to the wall-clock time; undefined if that time is too short for a ratio. */
export function ratio({ toolMs, wallMs }: Pick<ToolTimes, 'toolMs' | 'wallMs'>): number | undefined {
  return wallMs >= 1 ? toolMs / wallMs : undefined
}
