import process from 'node:process'
import type { Writable } from 'node:stream'
import { LineFeed } from './line-feed.ts'
import type { LogLevel } from './protocol.ts'

/** Captures the standard output of this worker line by line. */
export interface CapturedOutput {
  /** Passes on last lines without a line break. */
  flush(): void
}

/**
 * Captures the standard output (as `info`) and standard error (as `warn`) that the worker's JavaScript writes, so that
 * the lines keep their order among the call's other reports, and never reach the application's own output.
 */
export function captureOutput(line: (level: LogLevel, line: string) => void): CapturedOutput {
  const feeds = [
    capture(process.stdout, (text) => line('info', text)),
    capture(process.stderr, (text) => line('warn', text)),
  ]
  return {
    flush: () => {
      for (const feed of feeds) feed.flush()
    },
  }
}

function capture(stream: Writable, line: (line: string) => void): LineFeed {
  const feed = new LineFeed(line)
  stream.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    feed.write(chunk)
    const done = rest.findLast((argument) => typeof argument === 'function')
    if (typeof done === 'function') process.nextTick(done as () => void)
    return true
  }
  return feed
}
