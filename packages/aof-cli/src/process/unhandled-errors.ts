import { AsyncLocalStorage } from 'node:async_hooks'
import type { AnyTool, Logger } from 'aof-runtime'
import { thrownMessage } from 'aof-runtime/internal'
import { oneLine } from '../text.ts'

/** The tool whose code runs, as far as the async context of its callbacks and promises is known. */
const running = new AsyncLocalStorage<string>()

/** Called for each unhandled error; there is at most one run at a time. */
let onUnhandled: (() => void) | undefined

/** The same tools; unhandled errors of their code carry their names. */
export function attributed(tools: readonly AnyTool[]): AnyTool[] {
  return tools.map((tool) =>
    tool.isolation === undefined
      ? { ...tool, execute: (input, ctx) => running.run(tool.name, () => tool.execute(input, ctx)) }
      : tool,
  )
}

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

/** A watch for unhandled errors while a command works. */
export interface UnhandledErrorWatch {
  /** Aborts at the first one, because the state of the tools is then unknown. */
  readonly signal: AbortSignal
  stop(): void
}

/** Watches until `stop` is called. */
export function watchUnhandledErrors(): UnhandledErrorWatch {
  const controller = new AbortController()
  onUnhandled = () => controller.abort(new DOMException('A tool left an unhandled error.', 'AbortError'))
  return {
    signal: controller.signal,
    stop: () => {
      onUnhandled = undefined
    },
  }
}

/** The name of the tool whose code runs at this moment, if known. */
export function runningTool(): string | undefined {
  return running.getStore()
}

function whose(): string {
  const name = runningTool()
  return name === undefined ? '' : `tool '${oneLine(name)}': `
}
