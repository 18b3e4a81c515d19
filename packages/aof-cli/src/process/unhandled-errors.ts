import type { Logger } from 'aof-runtime'
import { thrownMessage } from 'aof-runtime/internal/values'
import { oneLine } from '../text.ts'
import { runningTool } from './running-tool.ts'

/** Called for each unhandled error; there is at most one run at a time. */
let onUnhandled: (() => void) | undefined

/**
 * By Node's default, an unhandled error of a tool (in a timer, in a promise without a handler) would end the process
 * early. Instead it is reported with the tool's name, if known, and the command that uses {@link watchUnhandledErrors} ends in
 * order.
 */
export function reportUnhandledErrors(logger: Logger): void {
  // If standard error is closed, the report would only cause further errors.
  process.stderr.on('error', () => {})
  process.on('unhandledRejection', (reason) => {
    logger.error(`${whose()}unhandled rejection of a promise: ${thrownMessage(reason)}`)
    onUnhandled?.()
  })
  process.on('uncaughtException', (error) => {
    logger.error(`${whose()}uncaught error: ${thrownMessage(error)}`)
    onUnhandled?.()
  })
}

/**
 * Calls `onError` at each unhandled error.
 *
 * @returns a function that ends this
 */
export function watchUnhandledErrors(onError: () => void): () => void {
  onUnhandled = onError
  return () => {
    onUnhandled = undefined
  }
}

function whose(): string {
  const name = runningTool()
  return name === undefined ? '' : `tool '${oneLine(name)}': `
}
