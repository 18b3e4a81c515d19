/** What a play of order is to do: turns whose calls have effects and depend on one another. Data alone, drawn beforehand. */
export interface OrderPlan {
  /** Of the process. */
  readonly maxParallel: number
  readonly executors: readonly { readonly maxParallelTools: number }[]
  readonly tools: Readonly<Record<ToolName, ToolLimits>>
  readonly graceMs: number
  readonly abandonedHoldMs: number
  readonly onUncertain: 'start' | 'reject'
  readonly batches: readonly BatchPlan[]
}

/** How much of a tool may run, on all executors together. */
export interface ToolLimits {
  readonly maxParallel: number
  readonly maxParallelPerKey: number
  readonly rate: { readonly n: number; readonly perMs: number; readonly burst: number } | undefined
}

export interface BatchPlan {
  readonly executor: number
  readonly atMs: number
  readonly run: string | undefined
  readonly way: 'whole' | 'open'
  readonly calls: readonly CallPlan[]
  readonly abortAfterMs: number | undefined
}

/**
 * - `free`: no effects
 * - `touch`: effects that its arguments say, and may name anything
 * - `scoped`: the same, within `SCOPE`
 * - `sets`, `gets`: of one set; no effects of its own, writes or reads the set
 * - `again`: as `touch`, and is tried again
 */
export type ToolName = 'free' | 'touch' | 'scoped' | 'sets' | 'gets' | 'again'

export const SCOPE: readonly string[] = ['a', 'b/c']
export const SET = 's'

export interface EffectPlan {
  readonly resource: string
  readonly mode: 'read' | 'write'
  readonly scope?: 'run'
}

export interface CallPlan {
  /** Two calls may have one. */
  readonly id: string
  readonly tool: ToolName
  readonly key: number
  readonly effects: readonly EffectPlan[]
  /** Whether its `effects` throws. */
  readonly effectsFail: boolean
  readonly dependsOn: readonly (string | number)[]
  /** To whose results its arguments refer. */
  readonly refersTo: readonly (string | number)[]
  /** When it gets its place, in a batch that is filled call by call. */
  readonly atMs: number
  /** How long after that its arguments come; undefined where they come with it. */
  readonly completeAfterMs: number | undefined
  /** Whether they never come. */
  readonly isDropped: boolean
  readonly acts: readonly Act[]
  readonly ends: 'return' | 'throw'
}

export type Act =
  | { readonly does: 'sleep'; readonly ms: number; readonly heeds: boolean }
  | { readonly does: 'point' }
  | { readonly does: 'hang'; readonly heeds: boolean }
  | {
      readonly does: 'nest'
      /** By `ctx.executor`, or by one that finds out whose calls they are. */
      readonly by: 'context' | number
      readonly awaited: boolean
      readonly calls: readonly CallPlan[]
    }
