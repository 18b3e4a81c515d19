import type { AgentEvent } from './events.ts'
import type { AgentResult } from './result.ts'

/**
 * A run of an agent, under way. It continues whether or not it is iterated. A late reader gets the newest past events
 * (`maxKeptEvents`), then all further ones. There may be any number of readers, each at its own pace: a slow reader
 * misses no event, and its unread events stay in memory. Leaving the iteration early cancels nothing.
 */
export interface AgentRun extends AsyncIterable<AgentEvent> {
  /** The run's name, part of its calls' idempotency keys. */
  readonly id: string
  /** The result of the run. It resolves for every end and never rejects. */
  readonly result: Promise<AgentResult>
  /** Aborts the run: no further call starts, and running calls get the abort signal. */
  abort(reason?: unknown): void
}
