import type { AgentStatus } from 'aof-runtime/agent'
import { EXIT, type ExitCode } from '../exit-codes.ts'

/** What else is known of the end of a run. */
export interface RunEnding {
  /** The exit code of the signal that came, if one did. */
  readonly interrupted: ExitCode | undefined
  /** Whether a tool left an error behind that nobody awaited. */
  readonly strayed: boolean
  readonly timedOut: boolean
  /** Whether it departs from its recording. */
  readonly departed: boolean
  /** Whether the answer is incomplete, and that is to fail the command. */
  readonly incomplete: boolean
}

/** The exit code for the end of a run. */
export function exitCodeOf(
  status: AgentStatus,
  { interrupted, strayed, timedOut, departed, incomplete }: RunEnding,
): ExitCode {
  if (departed) return EXIT.replay
  switch (status) {
    case 'done':
      return incomplete ? EXIT.incomplete : EXIT.ok
    case 'aborted':
      if (interrupted !== undefined) return interrupted
      if (strayed) return EXIT.tools
      return timedOut ? EXIT.budget : EXIT.interrupted
    case 'max_iterations':
      return EXIT.maxIterations
    case 'budget':
      return EXIT.budget
    case 'awaiting_approval':
      return EXIT.approval
    case 'failed':
      return EXIT.failed
  }
}
