import type { Given, SeenResult } from './ledger.ts'

/** The messages from the process of a cell to its parent. */
export type Report =
  /** It is warmed up, and the turn with the fault begins. */
  { readonly kind: 'started' } | ({ readonly kind: 'settled' } & Settled)

/** The end of the run, and its results. */
export interface Settled {
  readonly ending:
    | { readonly how: 'resolved'; readonly text: string; readonly status?: string }
    | { readonly how: 'threw'; readonly error: string }
  /** Time from the start of the run. */
  readonly ms: number
  /** Time from the abort, if there was one. */
  readonly sinceAbortMs?: number
  /** The results that the model received, for each request that had some. */
  readonly given: readonly Given[]
  /** The results that the caller has. */
  readonly kept: readonly SeenResult[]
}
