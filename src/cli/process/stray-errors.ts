import { thrownMessage } from '../../core/failure.ts'
import type { Logger } from '../../core/logger.ts'

/**
 * What tools throw where nobody waits for them (in a timer, in a promise that nobody awaits) is told, and harms nothing
 * else: without this it would end the process, and all calls with it.
 */
export function tellStrayErrors(logger: Logger): void {
  // Where nobody reads standard error any more there is nobody to tell.
  process.stderr.on('error', () => {})
  process.on('unhandledRejection', (reason) =>
    logger.warn(`a promise was rejected and nobody awaited it: ${thrownMessage(reason)}`),
  )
  process.on('uncaughtException', (error) =>
    logger.error(`an error was thrown where nobody could catch it: ${thrownMessage(error)}`),
  )
}
