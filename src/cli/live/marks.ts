import type { ToolResult } from '../../core/result.ts'

/** The signs of the picture, each one column wide. */
export interface Marks {
  /** Shown in turn while something runs. */
  readonly spinner: readonly string[]
  readonly arriving: string
  readonly waiting: string
  readonly succeeded: string
  readonly failed: string
  /** It did not run, or not to its end, and that is nobody's failure. */
  readonly stopped: string
  readonly separator: string
  readonly times: string
}

export const UNICODE_MARKS: Marks = {
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
  arriving: '·',
  waiting: '○',
  succeeded: '✓',
  failed: '✗',
  stopped: '–',
  separator: '·',
  times: '×',
}

/** For terminals that show little more than ASCII, such as the console of Linux. */
export const ASCII_MARKS: Marks = {
  spinner: ['-', '\\', '|', '/'],
  arriving: '.',
  waiting: 'o',
  succeeded: '+',
  failed: 'x',
  stopped: '-',
  separator: '-',
  times: 'x',
}

/** The sign of a result. */
export function resultMark({ status }: ToolResult, marks: Marks): string {
  switch (status) {
    case 'succeeded':
      return marks.succeeded
    case 'aborted':
    case 'skipped':
      return marks.stopped
    case 'failed':
    case 'invalid':
    case 'timed_out':
    case 'rejected':
    case 'lost':
      return marks.failed
  }
}
