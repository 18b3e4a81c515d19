import type { ToolResult } from 'aof-runtime'

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

const UNICODE_MARKS: Marks = {
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
  arriving: '·',
  waiting: '○',
  succeeded: '✓',
  failed: '✗',
  stopped: '–',
  separator: '·',
  times: '×',
}

const ASCII_MARKS: Marks = {
  spinner: ['-', '\\', '|', '/'],
  arriving: '.',
  waiting: 'o',
  succeeded: '+',
  failed: 'x',
  stopped: '-',
  separator: '-',
  times: 'x',
}

/** The signs for the terminal of an environment; the console of Linux shows little more than ASCII. */
export function marksFor({ TERM }: Readonly<Record<string, string | undefined>>): Marks {
  return TERM === 'linux' ? ASCII_MARKS : UNICODE_MARKS
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
