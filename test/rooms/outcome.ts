import type { AnyTool } from '../../packages/aof-runtime/src/index.ts'
import type { Sent } from './bodies/index.ts'

/** A call and its result, as the model reads them in the next request. */
export interface Read {
  /** The arguments that the model is said to have written; absent where a room does not write the model's turn. */
  readonly arguments?: unknown
  /** `ok` and what the tool got, or the code and the message of the call's error. */
  readonly said: string
}

/** The outcome of an answer in one room. */
export interface Outcome {
  /** The arguments of every start of the tool, in order. */
  readonly ran: readonly unknown[]
  /** Per call, in call order. */
  readonly reads: readonly Read[]
}

/** The tool that all calls are of, and what it got. */
export function writeTool(): { readonly tool: AnyTool; readonly ran: unknown[] } {
  const ran: unknown[] = []
  const execute = (input: unknown): string => {
    ran.push(input)
    return `ok ${JSON.stringify(input)}`
  }
  return { ran, tool: { name: 'write', inputSchema: { type: 'object', properties: {} }, execute } }
}

/**
 * Each call of a request, as the model reads it.
 *
 * @throws Error where a call has not exactly one result, or not at its place
 */
export function readsOf({ calls, results }: Sent): Read[] {
  const ids = (list: readonly { readonly id: unknown }[]): string => JSON.stringify(list.map(({ id }) => id))
  if (ids(calls) !== ids(results)) throw new Error(`the calls ${ids(calls)} have the results ${ids(results)}`)
  return calls.map(({ arguments: given }, i) => ({
    ...(given !== undefined && { arguments: given }),
    said: saidOf(results[i]?.said),
  }))
}

/** The text of a result, in the form of any provider. */
export function saidOf(result: unknown): string {
  return failureIn(result) ?? textIn(result) ?? 'nothing'
}

function failureIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value.startsWith('{') ? failureIn(JSON.parse(value)) : undefined
  if (typeof value !== 'object' || value === null) return undefined
  if ('code' in value && 'message' in value) return `${String(value.code)}: ${String(value.message)}`
  return Object.values(value)
    .map(failureIn)
    .find((found) => found !== undefined)
}

function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value.startsWith('ok ') ? value : undefined
  if (typeof value !== 'object' || value === null) return undefined
  return Object.values(value)
    .map(textIn)
    .find((found) => found !== undefined)
}
