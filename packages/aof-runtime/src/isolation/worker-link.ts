import { thrownMessage } from '../core/values/failure.ts'
import type { FromWorker, LogLevel, ToWorker } from './protocol.ts'

/** This side's handle of a worker: a thread or a process. */
export interface WorkerLink {
  /** @throws if the message cannot be cloned */
  send(message: ToWorker): void
  /** Ends it by force; further calls have no effect. Resolves when it has ended. Never rejects. */
  kill(): Promise<void>
  /** Whether it keeps this process alive. */
  hold(holds: boolean): void
}

export interface WorkerEvents {
  message(message: FromWorker): void
  /** Output that did not pass through JavaScript's own streams: of a native module, or of a descendant process. */
  output(level: LogLevel, line: string): void
  /** It has ended, and no more events follow. Reported once, never before `open` has returned. */
  gone(loss: Loss): void
}

/** The end of a worker. */
export interface Loss {
  /** Completes "the process that ran the tool …", with advice. */
  readonly why: string
  readonly cause?: unknown
}

/** Starts a worker. @throws if the system reports at once that this is impossible */
export type OpenWorker = (maxMemoryMb: number | undefined, events: WorkerEvents) => WorkerLink

/** The reason why a worker could not be started, in words. */
export function startProblem(thrown: unknown): string {
  const message = thrownMessage(thrown)
  return /\b(?:EMFILE|ENFILE)\b/.test(message)
    ? `could not be started: too many files are open (${message}).`
    : `could not be started: ${message}`
}

export function outOfMemory(maxMemoryMb: number | undefined): string {
  const limit = maxMemoryMb === undefined ? '' : ` of ${maxMemoryMb} MB`
  return `ran out of memory${limit}. Send smaller arguments, or raise isolation.maxMemoryMb.`
}

export function endedItself(code: number | null): string {
  return `ended itself${code === null ? '' : ` with code ${code}`} (process.exit, or an empty event loop). A tool must return or throw.`
}
