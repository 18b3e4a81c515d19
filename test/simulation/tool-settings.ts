import type { CallFacts } from './facts.ts'

/** How long `timed` may take, and be silent. */
export const TIMED = { timeoutMs: 10, idleTimeoutMs: 5 } as const
/** By when `due` must have a result. */
export const DUE_MS = 15
/** How tools are tried again that may be, or that say so and must not be. */
export const RETRIES = {
  repeats: { maxAttempts: 3, initialDelayMs: 10, factor: 2, maxDelayMs: 15 },
  reads: { maxAttempts: 2, initialDelayMs: 0 },
  unsafe: { maxAttempts: 3, initialDelayMs: 5 },
} as const
export const BREAKER = { failureRate: 0.5, windowMs: 100, minimumAttempts: 2, openMs: 5 } as const

/** How often a call may be run at most, its tool's word taken for what it may do again. */
export function maxAttemptsOf({ plan: { tool } }: CallFacts): number {
  return tool === 'repeats' || tool === 'reads' ? RETRIES[tool].maxAttempts : 1
}
