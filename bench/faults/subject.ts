import type { Ledger } from './ledger.ts'
import type { Scenario } from './scenario.ts'

/** One agent SDK with one of its ways to run a turn: makes an agent for the scenario, which runs once. */
export type Subject = (scenario: Scenario, ledger: Ledger) => Run | Promise<Run>

/**
 * Lets the agent's model make the calls, and records the results in the ledger. Rejects with the error that the SDK
 * throws.
 */
export type Run = (signal: AbortSignal) => Promise<Ending>

/** The end of a run that did not throw. */
export interface Ending {
  /** The model's last text. */
  readonly text: string
  /** The SDK's own report of the end, e.g. a status or a finish reason. */
  readonly status?: string
}

/** The subject whose cells must not be bad; its tools run in the same thread. */
export const OURS = 'aof-runtime'

/** The same with every tool in isolation, by column name. No other subject has isolation. */
export const OURS_ISOLATED = { thread: 'aof-runtime, tools in threads', process: 'aof-runtime, tools in processes' }
