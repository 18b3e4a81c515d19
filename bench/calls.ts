import type { ToolCall, ToolResult } from '../packages/aof-runtime/dist/index.js'
import { z } from 'zod'

/** Largest number of tools at once, for every candidate. */
export const LIMIT = 10

/** The timeout of every call, for candidates with timeouts: long enough never to fire. */
export const TIMEOUT_MS = 30_000

/** The input of the measured tool. */
export const inputSchema: z.ZodObject<{ q: z.ZodString }> = z.object({ q: z.string() })

/** The same as a JSON Schema. */
export const inputJsonSchema = {
  type: 'object',
  properties: { q: { type: 'string' } },
  required: ['q'],
  additionalProperties: false,
} as const

/** `count` calls of `name` whose arguments are the JSON text of a model. */
export function textCalls(name: string, count: number): ToolCall[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `call_${index}`,
    name,
    arguments: JSON.stringify({ q: `query ${index}` }),
  }))
}

/** `count` calls of `name` whose arguments are values. */
export function valueCalls(name: string, count: number): ToolCall[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `call_${index}`,
    name,
    arguments: { q: `query ${index}` },
  }))
}

/** The least that a result of every candidate in the scheduling benches has. */
export type Settled = { readonly success: boolean } | ToolResult

/** Throws unless there is one success per call, in place: incomplete work must not be measured. */
export function checkSettled(candidate: string, results: readonly Settled[], count: number): void {
  if (results.length !== count) throw new Error(`${candidate}: expected ${count} results, got ${results.length}.`)
  const index = results.findIndex((result, place) => !result.success || ('index' in result && result.index !== place))
  if (index >= 0)
    throw new Error(`${candidate}: call ${index} of ${count} failed or is misplaced: ${JSON.stringify(results[index])}`)
}
