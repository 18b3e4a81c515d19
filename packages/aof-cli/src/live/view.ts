import type { LiveEvent } from './live-event.ts'
import type { LiveState } from './live-state.ts'

/** A view of a run for people, on standard error. */
export interface View {
  /** The current state. */
  readonly state: LiveState
  /** Applies the next event. */
  take(event: LiveEvent): void
  /** Ends the view; unfinished lines stay as they are. Further calls do nothing. */
  close(): void
}
