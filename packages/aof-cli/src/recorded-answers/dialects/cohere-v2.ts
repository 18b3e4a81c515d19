import type { ToolResult } from 'aof-runtime'
import { failureText, inCallOrder, isObject, successText } from 'aof-runtime/internal/messages'
import { chatCall, givenId, withCalls } from '../odd-calls.ts'
import { MODEL_ID, NO_KEY, PACKAGES, providerPackage } from '../provider-package.ts'
import type { RecordedDialect } from './dialect.ts'

const EVENTS: ReadonlySet<unknown> = new Set([
  ...'message-start content-start content-delta content-end tool-plan-delta'.split(' '),
  ...'tool-call-start tool-call-delta tool-call-end citation-start citation-end message-end'.split(' '),
])

/** Cohere's Chat API, version 2. */
export const cohereV2: RecordedDialect = {
  name: 'cohere-v2',
  title: "Cohere's Chat API v2",
  isWhole: ({ message, finish_reason }) => isObject(message) && typeof finish_reason === 'string',
  isEvent: ({ type }) => EVENTS.has(type),
  wire: 'sse',
  provider: providerPackage(PACKAGES.cohere, ({ createCohere }, fetch) =>
    createCohere({ apiKey: NO_KEY, fetch })(MODEL_ID),
  ),
  amend,
  results: cohereResults,
}

/** Rewrites the calls of a whole answer so that the client accepts them. */
function amend(value: unknown): object | undefined {
  return withCalls(value, (call, place) => {
    const read = chatCall(call, true)
    return typeof read.id === 'string' ? read : { ...read, id: givenId(read.id, place) }
  })
}

/** A message for each result; the format cannot mark failures. */
function cohereResults(results: readonly ToolResult[]): object[] {
  return inCallOrder(results, undefined).map(({ result, id }) => ({
    role: 'tool',
    tool_call_id: id,
    content: result.success ? successText(result) : failureText(result),
  }))
}
