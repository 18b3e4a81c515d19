import { callGuarded } from './safe-checks.ts'

/**
 * A logger for log lines. `console`, pino, winston, bunyan and most others fit as they are. If a logger throws, the line is
 * lost and the call goes on.
 */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** A logger that passes each line to `write`, with its level. */
export function loggerOf(write: (level: keyof Logger, message: string) => void): Logger {
  const at =
    (level: keyof Logger) =>
    (message: string): void =>
      write(level, message)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** A logger that passes every line to `logger`, and anything that it throws to `failed`. */
export function guardedLogger(logger: Logger, failed: (during: string, thrown: unknown) => void): Logger {
  return loggerOf((level, message) =>
    callGuarded(
      (line) => logger[level](line),
      message,
      (thrown) => failed(`log ${level}`, thrown),
    ),
  )
}
