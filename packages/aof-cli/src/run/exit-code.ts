import type { AgentStatus } from 'aof-runtime/agent'
import { EXIT, type ExitCode } from '../exit-codes.ts'

/** Further facts about the end of a run. */
export interface RunEnding {
  /** The exit code of the received signal, if any. */
  readonly interrupted: ExitCode | undefined
  /** True if a tool left an unhandled error. */
  readonly hasUnhandledError: boolean
  readonly timedOut: boolean
  /** True if it diverges from its recording. */
  readonly diverged: boolean
  /** True if the answer is incomplete, and this fails the command. */
  readonly incomplete: boolean
}

/** The exit code for the end of a run. */
export function exitCodeOf(
  status: AgentStatus,
  { interrupted, hasUnhandledError, timedOut, diverged, incomplete }: RunEnding,
): ExitCode {
  if (diverged) return EXIT.replay
  switch (status) {
    case 'done':
      return incomplete ? EXIT.incomplete : EXIT.ok
    case 'aborted':
      if (interrupted !== undefined) return interrupted
      if (hasUnhandledError) return EXIT.tools
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
