import { EXIT, type ExitCode } from '../exit-codes.ts'

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const

/** The signals by which somebody ends a command. */
export interface Interrupts {
  /** Aborts at the first one. */
  readonly signal: AbortSignal
  /** The exit code for the one that came; undefined while none has come. */
  readonly exitCode: ExitCode | undefined
  /** Listens no more. */
  stop(): void
}

/**
 * Ctrl-C (SIGINT) and SIGTERM: the first one aborts, so that what runs can end and its results are known; the second
 * one ends the process at once, and with it every program that it started.
 *
 * @param onFirst told of the first one
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
