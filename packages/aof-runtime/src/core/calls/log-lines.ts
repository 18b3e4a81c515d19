import type { ReportFailure } from './event-hub.ts'
import type { Overlap } from '../order/effects/overlap-watch.ts'
import type { CallPlace } from '../contract/events.ts'
import { guardedLogger, type Logger } from '../contract/logger.ts'
import type { ToolResult } from '../contract/result.ts'
import { printable } from '../contract/text.ts'
import { thrownPlace } from '../contract/thrown-place.ts'
import type { ToolProblem } from '../contract/tool-problem.ts'

/** The log lines of batches and calls. A logger that throws is reported, and affects nothing else. */
export class LogLines {
  /** The caller's logger, whose errors are only reported. */
  readonly logger: Logger

  constructor(logger: Logger, failed: ReportFailure) {
    this.logger = guardedLogger(logger, failed)
  }

  batchStarted(size: number, limit: number): void {
    this.logger.info(`Executing ${size} tools in parallel (max concurrency: ${limit})`)
  }

  batchSettled(size: number, wallMs: number, succeeded: number): void {
    this.logger.info(
      `Parallel tool execution completed: ${size} tools in ${Math.round(wallMs)}ms (${succeeded} success, ${size - succeeded} failures)`,
    )
  }

  callStarted(index: number, name: string): void {
    this.logger.debug(`Executing tool [${index}]: ${shown(name)}`)
  }

  /** @param thrown the value that the tool threw, if it did: the line of a failure names the place */
  callSettled(result: ToolResult, thrown?: unknown): void {
    const { index, name, timing } = result
    const how = result.success ? 'completed' : `${result.status.replace('_', ' ')} (${result.error.code})`
    const when = result.execution === 'none' ? 'without being started' : `in ${Math.round(timing.runMs)}ms`
    const line = `Tool [${index}] ${shown(name)} ${how} ${when}`
    this.logger.debug(result.success ? line : `${line}: ${why(result.error.message, thrown)}`)
  }

  /** The logger of a tool: its lines name the call. */
  ofCall(index: number, name: string): Logger {
    const label = `Tool [${index}] ${shown(name)}`
    const { logger } = this
    return {
      debug: (message) => logger.debug(`${label}: ${message}`),
      info: (message) => logger.info(`${label}: ${message}`),
      warn: (message) => logger.warn(`${label}: ${message}`),
      error: (message) => logger.error(`${label}: ${message}`),
    }
  }

  callAbandoned(index: number, name: string): void {
    this.logger.warn(`Tool [${index}] ${shown(name)} did not end after its signal; it is abandoned and may still act`)
  }
}

/** The line for a blocked event loop. */
export function stalledLine(stalledMs: number, calls: readonly CallPlace[]): string {
  const names = [...new Set(calls.map(({ name }) => shown(name)))].join(', ')
  return `The event loop was blocked for ${Math.round(stalledMs)}ms while this ran: ${names}. CPU-bound tools belong in a thread (isolation).`
}

/** The line for a tool that is left out. */
export function omittedToolLine({ tool, message }: ToolProblem): string {
  return `${shown(tool)} is left out: ${message}`
}

/** The line for files that were removed to make room. */
export function filesRemovedLine(run: string, files: number, bytes: number): string {
  return `${files} files of large results (${bytes} bytes) of the run ${shown(run)} were removed, since all files together may take up no more (spill.maxTotalBytes).`
}

/** The line for a tool whose retries can never happen. */
export function idleRetryLine(name: string): string {
  return `The retry of ${shown(name)} can never happen: only tools with the annotation readOnlyHint or idempotentHint are tried again, since it may have acted before it failed.`
}

/** The line for two calls that ran at once and name the same thing. */
export function overlapLine({ what, calls: [one, other] }: Overlap): string {
  return `${shown(one.name)} and ${shown(other.name)} ran at once, and both name ${shown(what)}. If one of them writes it, declare that in its effects.`
}

/** The longest error message of a line, in UTF-16 code units. */
const MAX_WHY = 1_000

/** The message in one line, and the place where it was thrown. */
function why(message: string, thrown: unknown): string {
  const words = printable(message, MAX_WHY).replaceAll(/\s*\n\s*/g, ' ')
  const place = thrownPlace(thrown)
  return place === undefined ? words : `${words} (at ${place})`
}

/** A name without control characters and line breaks, and of bounded length: names come from models. */
function shown(name: string): string {
  return printable(name, 128).replaceAll(/[\n\t]/g, '\uFFFD')
}
