import { thrownMessage } from '../core/failure.ts'
import type { FromWorker, LogLevel, ToWorker } from './protocol.ts'

/** A worker as this side holds it: a thread or a process. */
export interface WorkerLink {
  /** @throws where the message cannot be cloned */
  send(message: ToWorker): void
  /** Ends it by force; more than once does nothing more. Resolves when it has gone. Never rejects. */
  kill(): Promise<void>
  /** Whether it keeps this process alive. */
  hold(holds: boolean): void
}

/** What this side hears of a worker. */
export interface WorkerEvents {
  message(message: FromWorker): void
  /** It wrote to its standard output past JavaScript's own streams: a native module, or what it has started. */
  output(level: LogLevel, line: string): void
  /** It has gone, and nothing of it comes any more. Said once, never before `open` has returned. */
  gone(loss: Loss): void
}

/** How a worker went. */
export interface Loss {
  /** Completes "the process that ran the tool …", with advice. */
  readonly why: string
  readonly cause?: unknown
}

/** Starts a worker. @throws where that is known at once to be impossible */
export type OpenWorker = (maxMemoryMb: number | undefined, events: WorkerEvents) => WorkerLink

/** Why a worker could not be started, in words. */
export function startProblem(thrown: unknown): string {
  const message = thrownMessage(thrown)
  return /\b(?:EMFILE|ENFILE)\b/.test(message)
    ? `could not be started: too many files are open (${message}).`
    : `could not be started: ${message}`
}

/** What to do about a worker that ran out of memory. */
export function outOfMemory(maxMemoryMb: number | undefined): string {
  const limit = maxMemoryMb === undefined ? '' : ` of ${maxMemoryMb} MB`
  return `ran out of memory${limit}. Ask for less, or raise isolation.maxMemoryMb.`
}

/** How a worker went that nobody ended from outside. */
export function endedItself(code: number | null): string {
  return `ended itself${code === null ? '' : ` with code ${code}`} (process.exit, or nothing was left to do). A tool must return or throw.`
}
