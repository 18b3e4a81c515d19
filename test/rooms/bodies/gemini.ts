import { createGoogle } from '@ai-sdk/google'
import { gemini as messages } from '../../../packages/aof-runtime/src/messages/index.ts'
import { BREAKS, field, FILTER, INTERRUPTED, LIMIT, MALFORMED, UNKNOWN, type WrittenTurn } from '../turn.ts'
import { type DialectBodies, type Sent, sse } from './dialect.ts'

const answer = (parts: readonly object[], finishReason: string | null = null): object => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...(finishReason !== null && { finishReason }) }],
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
})

function partsOf({ calls, goesOn }: WrittenTurn): object[] {
  const parts = calls.map(({ id, arguments: { value } }) => ({
    functionCall: { id, name: 'write', ...field('args', value) },
  }))
  return [...parts, ...(goesOn ? [{ text: 'And so on.' }] : [])]
}

function streamed(turn: WrittenTurn): string {
  const { end } = turn
  const events = partsOf(turn).map((part) => answer([part]))
  if (end.breaks === 'silent') return sse(events)
  if (end.breaks === 'error')
    return sse([...events, { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }])
  return sse([...events, answer([], end.reason)])
}

interface Part {
  readonly functionCall?: { readonly name: string; readonly args?: unknown }
  readonly functionResponse?: { readonly name: string; readonly response: unknown }
}

/** A call and its result have the same place. */
function read(sent: readonly { readonly parts: readonly Part[] }[]): Sent {
  const parts = sent.flatMap(({ parts: own }) => own)
  const called = parts.flatMap(({ functionCall }) => functionCall ?? [])
  const answered = parts.flatMap(({ functionResponse }) => functionResponse ?? [])
  return {
    calls: called.map(({ name, args = {} }, i) => ({ id: `${name} ${i}`, arguments: args })),
    results: answered.map(({ name, response }, i) => ({ id: `${name} ${i}`, said: response })),
  }
}

export const gemini: DialectBodies = {
  dialect: 'google-generate-content',
  ends: [
    { reason: 'STOP' },
    { reason: 'UNEXPECTED_TOOL_CALL' },
    { reason: 'FINISH_REASON_UNSPECIFIED' },
    { reason: null, only: 'streamed', cut: INTERRUPTED },
    { reason: 'MAX_TOKENS', cut: LIMIT },
    { reason: 'SAFETY', cut: FILTER },
    { reason: 'RECITATION', cut: FILTER },
    { reason: 'MALFORMED_FUNCTION_CALL', cut: MALFORMED },
    { reason: 'A_REASON_OF_TOMORROW', cut: UNKNOWN },
    ...BREAKS,
  ],
  whole: { writes: 'value', body: (turn) => answer(partsOf(turn), turn.end.reason) },
  streamed: { writes: 'value', body: streamed },
  contentType: 'text/event-stream',
  canGoOn: true,
  messages,
  model: (fetch) => createGoogle({ apiKey: 'none', fetch })('gemini-2.5-flash'),
  history: (body: { contents: object[] }) => body.contents,
  read,
}
