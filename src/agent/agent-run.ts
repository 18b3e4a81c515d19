import type { AgentEvent } from './events.ts'
import type { AgentResult } from './result.ts'

/**
 * A run of an agent, under way. It goes on whether or not anyone iterates; who begins late gets the newest of what has
 * been (`maxKeptEvents`), then the rest. Any number may iterate, at any pace: who falls behind misses nothing, and what
 * it has yet to read stays in memory. Leaving early cancels nothing.
 */
export interface AgentRun extends AsyncIterable<AgentEvent> {
  /** The run's name, part of its calls' idempotency keys. */
  readonly id: string
  /** How it ended; resolves for every end, never rejects. */
  readonly result: Promise<AgentResult>
  /** Ends it: nothing more starts, what runs gets its signal, and the result says `aborted`. */
  abort(reason?: unknown): void
}
