import { AsyncLocalStorage } from 'node:async_hooks'
import type { AnyTool, Logger } from 'aof-runtime'
import { thrownMessage } from 'aof-runtime/internal'
import { oneLine } from '../text.ts'

/** The tool whose code runs, as far as its callbacks and promises carry that along. */
const running = new AsyncLocalStorage<string>()

/** Told of each stray error; there is at most one run at a time. */
let onStray: (() => void) | undefined

/** The same tools; what they leave behind carries their names. */
export function attributed(tools: readonly AnyTool[]): AnyTool[] {
  return tools.map((tool) =>
    tool.isolation === undefined
      ? { ...tool, execute: (input, ctx) => running.run(tool.name, () => tool.execute(input, ctx)) }
      : tool,
  )
}

/**
 * What tools throw where nobody waits for them (in a timer, in a promise that nobody awaits) would end the process in the
 * midst of it, by Node's own default. It is told instead, with the tool's name as far as that is known, and whoever
 * {@link watchStrayErrors} ends what it does in order.
 */
export function tellStrayErrors(logger: Logger): void {
  // Where nobody reads standard error any more there is nobody to tell.
  process.stderr.on('error', () => {})
  process.on('unhandledRejection', (reason) => {
    logger.error(`${whose()}a promise was rejected and nobody awaited it: ${thrownMessage(reason)}`)
    onStray?.()
  })
  process.on('uncaughtException', (error) => {
    logger.error(`${whose()}an error was thrown where nobody could catch it: ${thrownMessage(error)}`)
    onStray?.()
  })
}

/** A watch for stray errors while something goes on. */
export interface StrayWatch {
  /** Aborts at the first one: nobody can tell any more what state the tools are in. */
  readonly signal: AbortSignal
  stop(): void
}

/** Watches until it is stopped. */
export function watchStrayErrors(): StrayWatch {
  const controller = new AbortController()
  onStray = () => controller.abort(new DOMException('A tool left an error behind that nobody awaited.', 'AbortError'))
  return {
    signal: controller.signal,
    stop: () => {
      onStray = undefined
    },
  }
}

/** The name of the tool whose code runs at this moment, as far as that can be known. */
export function runningTool(): string | undefined {
  return running.getStore()
}

function whose(): string {
  const name = runningTool()
  return name === undefined ? '' : `tool '${oneLine(name)}': `
}
