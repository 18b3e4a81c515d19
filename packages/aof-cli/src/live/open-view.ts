import { type Clock, systemClock } from 'aof-runtime'
import type { LogLevel, Output } from '../output.ts'
import { LiveView } from './live-view.ts'
import type { Terminal } from './live-region.ts'
import { marksFor } from './marks.ts'
import { PlainView } from './plain-view.ts'
import type { View } from './view.ts'

/** Options of a view. */
export interface ViewOptions {
  /** `--log-level`: `info` and `debug` show the view, higher levels hide it. */
  readonly logLevel: LogLevel
  readonly clock?: Clock
}

/**
 * Opens a view of a run: drawn in place on a terminal, otherwise a line for each call with a result. While it is open,
 * notes of `output` are printed above it.
 */
export function openView(output: Output, { logLevel, clock = systemClock }: ViewOptions): View {
  const { style } = output
  const silent = logLevel !== 'info' && logLevel !== 'debug'
  const { stderr, env } = process
  const marks = marksFor(env)
  if (silent || !stderr.isTTY || env['TERM'] === 'dumb') {
    return new PlainView({ style, marks, clock, write: silent ? () => {} : (line) => output.note(line) })
  }
  return new LiveView({ terminal: stderr as Terminal, style, marks, clock, output })
}
