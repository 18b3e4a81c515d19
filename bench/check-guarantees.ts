import type { ToolCall, ToolResult } from '../packages/aof-runtime/dist/index.js'
import { defineTool, ToolExecutor } from '../packages/aof-runtime/dist/index.js'
import { guaranteeLoop } from './baselines/guarantee-loop.ts'
import { inputSchema } from './calls.ts'
import { zodValidator } from './validators.ts'

const TIMEOUT_MS = 20

/** One tool that misbehaves as its input says. */
async function misbehave({ q }: { q: string }): Promise<unknown> {
  if (q === 'throw') throw new Error('No.')
  if (q === 'throw nothing') throw undefined
  if (q === 'function') return () => q
  if (q === 'hang') await new Promise<never>(() => {})
  return { q, when: new Date(0), large: 1n, none: undefined }
}

/** The arguments of each call, and its expected outcome. */
const EXPECTED: readonly (readonly [
  args: unknown,
  status: ToolResult['status'],
  execution: ToolResult['execution'],
])[] = [
  [{ q: 'good' }, 'succeeded', 'ended'],
  ['{"q":"throw"}', 'failed', 'ended'],
  ['{"q":"throw nothing"}', 'failed', 'ended'],
  ['{"q":"function"}', 'failed', 'ended'],
  ['{"q":"hang"}', 'timed_out', 'unknown'],
  ['{"q":"cut o', 'invalid', 'none'],
  ['{"q":1}', 'invalid', 'none'],
  ['{"q":"good"}', 'succeeded', 'ended'],
]

/**
 * Throws unless the hand-written loop has the guarantees that it is compared for, on calls that break loops without
 * them. A loop that did less would make the comparison unfair.
 */
export async function checkGuarantees(): Promise<void> {
  const calls: ToolCall[] = EXPECTED.map(([args], index) => ({
    id: `call_${index}`,
    name: 'misbehave',
    arguments: args,
  }))
  calls.push({ id: 'last', name: 'constructor', arguments: {} })
  const expected = [...EXPECTED.map(([, status, execution]) => `${status} ${execution}`), 'invalid none']
  const tools = new Map([['misbehave', { validate: zodValidator(inputSchema), execute: misbehave }]])
  const tool = defineTool({ name: 'misbehave', inputSchema, execute: misbehave })
  const executor = new ToolExecutor({ tools: [tool], maxParallelTools: 2, timeoutMs: TIMEOUT_MS })
  compare('the loop with our guarantees', await guaranteeLoop(tools, calls, 2, TIMEOUT_MS), expected)
  compare('aof-runtime', await executor.executeTools(calls), expected)
}

function compare(who: string, results: readonly ToolResult[], expected: readonly string[]): void {
  const got = results.map(({ status, execution }) => `${status} ${execution}`)
  if (got.join() !== expected.join()) throw new Error(`${who}: expected ${expected.join(', ')}; got ${got.join(', ')}.`)
  const [first] = results
  const data = first?.success === true ? JSON.stringify(first.data) : 'none'
  if (data !== '{"q":"good","when":"1970-01-01T00:00:00.000Z","large":"1"}')
    throw new Error(`${who}: the copy is ${data}.`)
}
