import type { LiveTurn } from './live-state.ts'

/** What the calls of some turns came to. */
export interface ToolTimes {
  readonly calls: number
  readonly succeeded: number
  readonly failed: number
  /** Those that an abort ended, or kept from starting. */
  readonly aborted: number
  /** How long tools were at work: from the first start to the last end of each turn, in milliseconds. */
  readonly wallMs: number
  /** The sum of the times that the tools ran, in milliseconds: what they would take one after the other, if that changed nothing. */
  readonly toolMs: number
}

/** Adds up the calls of `turns` that have their results. */
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

/** How many times longer the tools ran in all than the clock on the wall; undefined where nothing ran long enough to say so. */
export function ratio({ toolMs, wallMs }: Pick<ToolTimes, 'toolMs' | 'wallMs'>): number | undefined {
  return wallMs >= 1 ? toolMs / wallMs : undefined
}
