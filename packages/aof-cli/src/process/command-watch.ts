import { EXIT, type ExitCode } from '../exit-codes.ts'
import { openView } from '../live/open-view.ts'
import type { View } from '../live/view.ts'
import type { LogLevel, Output } from '../output.ts'
import { watchExit } from './exit-watch.ts'
import { watchUnhandledErrors } from './unhandled-errors.ts'

/** The view of running tools, and a watch for everything that ends them from outside. */
export interface CommandWatch {
  readonly view: View
  /** Aborts at the first Ctrl-C or SIGTERM, and at the first unhandled error of a tool. */
  readonly signal: AbortSignal
  /** The exit code for the received signal; undefined before one is received. */
  readonly interrupted: ExitCode | undefined
  /** True if a tool left an unhandled error; the state of the tools is then unknown. */
  readonly hasUnhandledError: boolean
  close(): void
}

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const

/**
 * Watches while tools run. The first Ctrl-C (SIGINT) or SIGTERM aborts, so that running calls can end and have results; the
 * second one ends the process and every program that it started, at once.
 *
 * @param onExit called last of all if a tool ends the process; gets its name, if known
 */
export function watchCommand(
  output: Output,
  logLevel: LogLevel,
  onExit: (tool: string | undefined) => void,
): CommandWatch {
  const controller = new AbortController()
  let interrupted: ExitCode | undefined
  let hasUnhandledError = false
  const onSignal = (name: NodeJS.Signals): void => {
    if (interrupted !== undefined) process.exit(interrupted)
    interrupted = CODES[name as keyof typeof CODES]
    output.note(output.style.dim('aborting; once more ends at once'))
    controller.abort(new DOMException(`The command was ended by ${name}.`, 'AbortError'))
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  const stopUnhandled = watchUnhandledErrors(() => {
    hasUnhandledError = true
    controller.abort(new DOMException('A tool left an unhandled error.', 'AbortError'))
  })
  const view = openView(output, logLevel)
  const stopExit = watchExit((tool) => {
    view.close()
    onExit(tool)
  })
  return {
    view,
    signal: controller.signal,
    get interrupted() {
      return interrupted
    },
    get hasUnhandledError() {
      return hasUnhandledError
    },
    close: () => {
      view.close()
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
      stopUnhandled()
      stopExit()
    },
  }
}
