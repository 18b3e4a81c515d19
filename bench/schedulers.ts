import { setTimeout as sleep } from 'node:timers/promises'
import type { ToolCall, Validator } from '../packages/aof-runtime/dist/index.js'
import { defineTool, ToolExecutor } from '../packages/aof-runtime/dist/index.js'
import { bareLoop, timedLoop } from './baselines/bare-loop.ts'
import { guaranteeLoop } from './baselines/guarantee-loop.ts'
import { inputJsonSchema, inputSchema, LIMIT, type Settled, TIMEOUT_MS } from './calls.ts'
import type { Candidate } from './harness.ts'
import { peers } from './peers.ts'
import { zodValidator } from './validators.ts'

/** Runs a batch of calls. */
export type Scheduler = Candidate<readonly ToolCall[], readonly Settled[]>

/** Names of the candidates that the targets compare. */
export const OURS = 'aof-runtime'
export const BARE = 'bare loop'
export const TIMED = 'bare loop that times'
export const GUARANTEE = 'loop with our guarantees'

/** The validation of a tool's input. */
export type Check = 'none' | 'zod' | 'JSON Schema'

/** The name of the measured tool. */
export const TOOL = 'measured'

/** The tool of the overhead benches: it answers at once, with a new object. */
export const noop = async (): Promise<{ ok: boolean }> => ({ ok: true })

/** A tool that waits, as if for a server. */
export const waiting = (ms: number) => async (): Promise<{ ok: boolean }> => {
  await sleep(ms)
  return { ok: true }
}

/** The hand-written loop without guarantees. */
export function bare(execute: () => Promise<unknown>): Scheduler {
  return { name: BARE, run: (calls) => bareLoop(calls, LIMIT, execute) }
}

/** The same, with the duration of each call. */
export function timed(execute: () => Promise<unknown>): Scheduler {
  return { name: TIMED, run: (calls) => timedLoop(calls, LIMIT, execute) }
}

/** The hand-written loop with the guarantees. */
export async function guarantee(execute: () => Promise<unknown>, check: Check): Promise<Scheduler> {
  const validate = await validatorFor(check)
  const tools = new Map([[TOOL, { execute, ...(validate !== undefined && { validate }) }]])
  return { name: GUARANTEE, run: (calls) => guaranteeLoop(tools, calls, LIMIT, TIMEOUT_MS) }
}

/** The executor: made once, as in an application, and used for every batch. */
export function ours(execute: () => Promise<unknown>, check: Check): Scheduler {
  const tool =
    check === 'zod'
      ? defineTool({ name: TOOL, inputSchema, execute })
      : check === 'JSON Schema'
        ? defineTool({ name: TOOL, inputSchema: inputJsonSchema, execute })
        : defineTool({ name: TOOL, execute })
  const executor = new ToolExecutor({ tools: [tool], maxParallelTools: LIMIT, timeoutMs: TIMEOUT_MS })
  return { name: OURS, run: (calls) => executor.executeTools(calls) }
}

/** The libraries. */
export function libraries(execute: () => Promise<unknown>): Scheduler[] {
  return Object.entries(peers).map(([name, schedule]) => ({
    name,
    run: (calls) => schedule(calls, LIMIT, execute),
  }))
}

/** The executor's validator, for the loop. */
async function validatorFor(check: Check): Promise<Validator | undefined> {
  if (check === 'none') return undefined
  if (check === 'zod') return zodValidator(inputSchema)
  const { compileJsonSchema } = await import('../packages/aof-runtime/dist/json-schema/compile-json-schema.js')
  return compileJsonSchema(inputJsonSchema)
}
