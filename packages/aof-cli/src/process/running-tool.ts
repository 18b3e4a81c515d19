import { AsyncLocalStorage } from 'node:async_hooks'
import type { AnyTool } from 'aof-runtime'

/** The tool whose code runs, as far as the async context of its callbacks and promises is known. */
const running = new AsyncLocalStorage<string>()

/** The same tools; {@link runningTool} knows while their code runs. */
export function attributed(tools: readonly AnyTool[]): AnyTool[] {
  return tools.map((tool) =>
    tool.isolation === undefined
      ? { ...tool, execute: (input, ctx) => running.run(tool.name, () => tool.execute(input, ctx)) }
      : tool,
  )
}

/** The name of the tool whose code runs at this moment, if known. */
export function runningTool(): string | undefined {
  return running.getStore()
}
