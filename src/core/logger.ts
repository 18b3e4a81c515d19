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
