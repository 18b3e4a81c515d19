import { EXIT, type ExitCode } from '../exit-codes.ts'

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const

/** The signals that end a command. */
export interface Interrupts {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal
  /** The exit code for the received signal; undefined before one is received. */
  readonly exitCode: ExitCode | undefined
  /** Stops listening. */
  stop(): void
}

/**
 * Ctrl-C (SIGINT) and SIGTERM: the first one aborts, so that running calls can end and have results; the second one ends
 * the process and every program that it started, at once.
 *
 * @param onFirst called at the first signal
 */
export function listenForInterrupts(onFirst: () => void): Interrupts {
  const controller = new AbortController()
  let exitCode: ExitCode | undefined
  const onSignal = (name: keyof typeof CODES) => (): void => {
    if (exitCode !== undefined) process.exit(exitCode)
    exitCode = CODES[name]
    onFirst()
    controller.abort(new DOMException(`The command was ended by ${name}.`, 'AbortError'))
  }
  const listeners = [
    ['SIGINT', onSignal('SIGINT')],
    ['SIGTERM', onSignal('SIGTERM')],
  ] as const
  for (const [name, listener] of listeners) process.on(name, listener)
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
    stop: () => {
      for (const [name, listener] of listeners) process.off(name, listener)
    },
  }
}
