import type { ReturnKind, ThrownKind } from '../values.ts'
import type { Feature } from './features.ts'

/** The plan of a scenario: data alone, drawn before it begins. */
export interface ScenarioPlan {
  readonly features: ReadonlySet<Feature>
  /** Of the controller that all executors share; undefined where the only executor has one of its own. */
  readonly process: ProcessPlan | undefined
  readonly executors: readonly ExecutorPlan[]
  readonly tools: readonly ToolPlan[]
  readonly batches: readonly BatchPlan[]
  readonly reactions: readonly ReactionPlan[]
  /** Actions from outside, by time. */
  readonly moments: readonly { readonly atMs: number; readonly action: Action }[]
}

export interface ProcessPlan {
  readonly maxParallel: number
  readonly ageMs: number
  readonly reserveAfterMs: number
}

export interface ExecutorPlan {
  readonly maxParallelTools: number
  readonly queue: { readonly max: number; readonly policy: 'reject' | 'wait'; readonly deadlineMs: number }
  readonly trackNesting: boolean
  readonly maxDepth: number
  readonly maxNestedCalls: number
  readonly graceMs: number
  readonly abandonedHoldMs: number
  readonly maxAbandoned: number
  readonly onUncertain: 'start' | 'reject'
  readonly limits: TimeLimits
  readonly hasLogger: boolean
}

export interface TimeLimits {
  readonly timeoutMs: number | undefined
  readonly idleTimeoutMs: number | undefined
  readonly deadlineMs: number | undefined
}

export interface RatePlan {
  readonly n: number
  readonly perMs: number
  readonly burst: number
}

/** How a tool says what its calls read and write. `sets` and `gets` are of one set: writes it, reads it. */
export type EffectStyle = 'none' | 'named' | 'scoped' | 'sets' | 'gets'

export interface ToolPlan {
  readonly maxParallel: number
  /** How many keys its calls have; 0 for none. */
  readonly keys: number
  readonly maxParallelPerKey: number
  readonly rate: RatePlan | undefined
  readonly ratePerKey: RatePlan | undefined
  readonly priority: number | undefined
  readonly effects: EffectStyle
  readonly inputSchema: 'none' | 'at once' | 'later'
  readonly outputSchema: 'none' | 'at once' | 'later'
  readonly hasContent: boolean
  readonly retry: { readonly maxAttempts: number; readonly initialDelayMs: number } | undefined
  readonly repeatable: 'no' | 'idempotent' | 'read-only'
  readonly breaker: { readonly minimumAttempts: number; readonly openMs: number } | undefined
  readonly limits: TimeLimits
}

export interface BatchPlan {
  readonly executor: number
  readonly atMs: number
  readonly way: 'whole' | 'open' | 'single'
  readonly calls: readonly CallPlan[]
  readonly run: { readonly id: string; readonly weight: number } | undefined
  readonly priority: number | undefined
  readonly limits: TimeLimits
  readonly budget: { readonly toolCalls: number } | undefined
  readonly maxCalls: number
  readonly hasListener: boolean
  /** Whether the caller also iterates over an open batch. */
  readonly isRead: boolean
}

/** The form of a call's arguments: only `value` and `text` fit. */
export type ArgumentsKind = 'value' | 'text' | 'truncated' | 'misfit' | 'cycle'

export interface CallPlan {
  /** Two calls of a batch may have one. */
  readonly id: string
  /** The place of its tool; undefined for one that there is not. */
  readonly tool: number | undefined
  readonly args: ArgumentsKind
  readonly key: number
  readonly priority: number | undefined
  readonly limits: TimeLimits
  readonly effects: readonly EffectPlan[]
  readonly dependsOn: readonly (string | number)[]
  /** To whose results its arguments refer. */
  readonly refersTo: readonly (string | number)[]
  readonly arrival: Arrival
  readonly acts: readonly Act[]
  readonly ends: Ending
  /** How long its tool's schemas take that answer later, and whether its output fits. */
  readonly schemaMs: number
  readonly outputFits: boolean
}

/** How a call comes in an open batch. */
export interface Arrival {
  readonly atMs: number
  readonly by: 'add' | 'complete' | 'drop' | 'forget'
  /** How long a slot waits for what becomes of it. */
  readonly afterMs: number
}

export interface EffectPlan {
  readonly resource: string
  readonly mode: 'read' | 'write'
  readonly scope?: 'run'
}

export const SCOPE: readonly string[] = ['a', 'b/c']
export const SET = 's'

export type Act =
  | { readonly does: 'sleep'; readonly ms: number; readonly heeds: boolean }
  | { readonly does: 'point' | 'progress' | 'log' }
  | { readonly does: 'hang'; readonly heeds: boolean }
  | { readonly does: 'nest'; readonly by: 'context' | number; readonly awaited: boolean; readonly batch: BatchPlan }

export type Ending =
  | { readonly by: 'return'; readonly value: ReturnKind }
  | { readonly by: 'throw'; readonly value: ThrownKind }

/** Code that is not the runtime's own, and that it calls. */
export type Site = 'listener' | 'logger' | 'schema' | 'key' | 'effects' | 'content' | 'tool' | 'store'

export type Action =
  | { readonly does: 'abort'; readonly whose: 'own' | 'outer' | 'all' | number }
  | { readonly does: 'close'; readonly executor: number; readonly drainMs: number }
  /** @param target which executor; undefined for the controller */
  | { readonly does: 'resize'; readonly target: number | undefined; readonly max: number }
  /** @param by whose executor opens it: that of its plan, or what the tool of a running call was given */
  | { readonly does: 'open'; readonly batch: BatchPlan; readonly by: 'executor' | 'context' }
  | { readonly does: 'fill'; readonly by: 'complete' | 'drop' | 'close' | 'dispose'; readonly which: number }
  | { readonly does: 'throw' }
  | { readonly does: 'block'; readonly ms: number }

/** At the n-th visit of a site, something is done. */
export interface ReactionPlan {
  readonly site: Site
  /** Only events of this type count, where the site is a listener. */
  readonly on: string | undefined
  /** Whether only nested calls count. */
  readonly isNested: boolean
  readonly nth: number
  readonly action: Action
}
