import type { Given, SeenResult } from './ledger.ts'

/** What the process of a cell tells its parent. */
export type Report =
  /** It is warm, and the turn with the fault begins. */
  { readonly kind: 'started' } | ({ readonly kind: 'settled' } & Settled)

/** How the run ended, and what became of the results. */
export interface Settled {
  readonly ending:
    | { readonly how: 'resolved'; readonly text: string; readonly status?: string }
    | { readonly how: 'threw'; readonly error: string }
  /** From the start of the run. */
  readonly ms: number
  /** From the abort, where there was one. */
  readonly sinceAbortMs?: number
  /** What the model was given, for each time that it was asked with results. */
  readonly given: readonly Given[]
  /** What the caller is left with. */
  readonly kept: readonly SeenResult[]
}
