import { systemClock } from 'aof-runtime'
import type { LogLevel, Output } from '../output.ts'
import { LiveView } from './live-view.ts'
import type { Terminal } from './live-region.ts'
import { marksFor } from './marks.ts'
import { PlainView } from './plain-view.ts'
import type { View } from './view.ts'

/**
 * Opens a view of a run: drawn in place on a terminal, otherwise a line for each call with a result. While it is open,
 * notes of `output` are printed above it.
 *
 * @param logLevel `info` and `debug` show the view, higher levels hide it
 */
export function openView(output: Output, logLevel: LogLevel): View {
  const { style } = output
  const silent = logLevel !== 'info' && logLevel !== 'debug'
  const { stderr, env } = process
  const marks = marksFor(env)
  if (silent || !stderr.isTTY || env['TERM'] === 'dumb') {
    return new PlainView({ style, marks, clock: systemClock, write: silent ? () => {} : (line) => output.note(line) })
  }
  return new LiveView({ terminal: stderr as Terminal, style, marks, clock: systemClock, output })
}
