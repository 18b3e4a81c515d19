import { type Clock, systemClock } from 'aof-runtime'
import type { LogLevel, Output } from '../output.ts'
import type { LiveEvent } from './live-event.ts'
import { LivePicture } from './live-picture.ts'
import type { Terminal } from './live-region.ts'
import type { LiveState } from './live-state.ts'
import { marksFor } from './marks.ts'
import { PlainPicture } from './plain-picture.ts'

/** What goes on, for people, on standard error. */
export interface Picture {
  /** What is known so far. */
  readonly state: LiveState
  /** Takes the next event. */
  take(event: LiveEvent): void
  /** The end: what is still shown and not over is left as it is. Again: does nothing. */
  close(): void
}

/** How a picture is opened. */
export interface PictureOptions {
  /** `--log-level`: with `info` (and `debug`) there is a picture, above that there is none. */
  readonly logLevel: LogLevel
  readonly clock?: Clock
}

/**
 * Opens a picture of what goes on: on a terminal drawn in place, else a line for each call that has its result. While it
 * is open, notes of `output` are printed above it.
 */
export function openPicture(output: Output, { logLevel, clock = systemClock }: PictureOptions): Picture {
  const { style } = output
  const silent = logLevel !== 'info' && logLevel !== 'debug'
  const { stderr, env } = process
  const marks = marksFor(env)
  if (silent || !stderr.isTTY || env['TERM'] === 'dumb') {
    return new PlainPicture({ style, marks, clock, write: silent ? () => {} : (line) => output.note(line) })
  }
  return new LivePicture({ terminal: stderr as Terminal, style, marks, clock, output })
}
