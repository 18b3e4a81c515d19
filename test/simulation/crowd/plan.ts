/** The plan of a crowd: runs that share a controller and all its limits. Data alone, drawn beforehand. */
export interface CrowdPlan {
  readonly maxParallel: number
  readonly ageMs: number
  /** With Infinity no flow gets a reservation, and the order of starts is known. */
  readonly reserveAfterMs: number
  readonly executors: readonly ExecutorPlan[]
  /** Shared by all executors. */
  readonly tools: readonly ToolPlan[]
  readonly batches: readonly BatchPlan[]
  readonly resizes: readonly ResizePlan[]
}

export interface ExecutorPlan {
  readonly maxParallelTools: number
  readonly graceMs: number
  readonly abandonedHoldMs: number
  readonly tracksNesting: boolean
  readonly maxDepth: number
  readonly maxNestedCalls: number
  readonly queue: { readonly max: number; readonly policy: 'reject' | 'wait'; readonly deadlineMs: number }
}

export interface RatePlan {
  readonly n: number
  readonly perMs: number
  readonly burst: number
}

export interface ToolPlan {
  readonly maxParallel: number
  /** How many of its keys there are; 0 where it has none. */
  readonly keys: number
  readonly maxParallelPerKey: number
  readonly rate: RatePlan | undefined
  readonly ratePerKey: RatePlan | undefined
  readonly priority: number | undefined
  readonly retries: boolean
  readonly timeoutMs: number
}

export interface BatchPlan {
  readonly executor: number
  readonly atMs: number
  readonly run: { readonly id: string; readonly weight: number } | undefined
  readonly priority: number | undefined
  readonly way: 'whole' | 'open'
  readonly calls: readonly CallPlan[]
  readonly abortAfterMs: number | undefined
}

export interface CallPlan {
  readonly tool: number
  readonly key: number
  readonly priority: number | undefined
  /** When it comes, in a batch that is filled call by call. */
  readonly atMs: number
  readonly acts: readonly Act[]
  /** `too many` and `much too many` are answers with 429 that ask for a short and for a long pause. */
  readonly ends: 'return' | 'throw' | 'too many' | 'much too many'
}

export type Act =
  | { readonly does: 'sleep'; readonly ms: number; readonly heeds: boolean }
  | { readonly does: 'point' }
  /** Waits for its signal, or for nothing at all. */
  | { readonly does: 'hang'; readonly heeds: boolean }
  | {
      readonly does: 'nest'
      /** By `ctx.executor`, or by an executor that tracks whose calls they are; -1 is its own. */
      readonly by: 'context' | number
      readonly awaited: boolean
      readonly calls: readonly CallPlan[]
    }

export interface ResizePlan {
  readonly atMs: number
  /** Whose limit; undefined for that of the process. */
  readonly executor: number | undefined
  readonly max: number
}
