import { callGuarded } from './safe-checks.ts'

/**
 * Where log lines go. `console`, pino, winston, bunyan and most others fit as they are. A logger that throws harms
 * nothing: the line is lost, the call goes on.
 */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** A logger that passes every line on, and what went wrong with it to `failed`. */
export function guardedLogger(logger: Logger, failed: (during: string, thrown: unknown) => void): Logger {
  const guarded =
    (level: keyof Logger) =>
    (message: string): void =>
      callGuarded(
        (line) => logger[level](line),
        message,
        (thrown) => failed(`log ${level}`, thrown),
      )
  return { debug: guarded('debug'), info: guarded('info'), warn: guarded('warn'), error: guarded('error') }
}
