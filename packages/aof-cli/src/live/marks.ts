import type { ToolResult } from 'aof-runtime'
import type { Environment } from '../agent-file/template.ts'
import type { Style } from '../style.ts'

/** The signs of a view, each one column wide. */
export interface Marks {
  /** The frames of the spinner. */
  readonly spinner: readonly string[]
  readonly arriving: string
  readonly waiting: string
  readonly succeeded: string
  readonly failed: string
  /** A call that did not run to its end, without a failure. */
  readonly stopped: string
  readonly separator: string
  readonly times: string
}

/** The theme of a view. */
export interface Theme {
  readonly style: Style
  readonly marks: Marks
  /** The largest number of columns of a line. */
  readonly width: number
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

/** The signs for the terminal of an environment; the Linux console shows little more than ASCII. */
export function marksFor({ TERM }: Environment): Marks {
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
