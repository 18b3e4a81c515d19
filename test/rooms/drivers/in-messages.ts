import { ToolExecutor } from '../../../packages/aof-runtime/src/index.ts'
import type { DialectBodies } from '../bodies/index.ts'
import { type Outcome, readsOf, writeTool } from '../outcome.ts'

/** A hand-written loop: the answer's calls through an executor, its turn and the results into the next request. */
export async function inMessages({ messages, read }: DialectBodies, body: object): Promise<Outcome> {
  if (messages === undefined) throw new Error('aof-runtime/messages does not read this dialect')
  const { tool, ran } = writeTool()
  const results = await new ToolExecutor({ tools: [tool] }).executeTools(messages.calls(body as never))
  const next = [...messages.turn(body as never), ...messages.results(results, body as never)]
  return { ran, reads: readsOf(read(JSON.parse(JSON.stringify(next)) as never[])) }
}
