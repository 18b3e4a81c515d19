import { createOllama } from 'ollama-ai-provider-v2'
import { BREAKS, field, LIMIT, UNKNOWN, type WrittenTurn } from '../turn.ts'
import type { DialectBodies, Sent } from './dialect.ts'

const answer = (calls: readonly object[], done: boolean, done_reason: string | null = null): object => ({
  model: 'm',
  created_at: '2026-01-01T00:00:00Z',
  message: { role: 'assistant', content: '', ...(calls.length > 0 && { tool_calls: calls }) },
  done,
  ...(done && { ...(done_reason !== null && { done_reason }), prompt_eval_count: 1, eval_count: 1 }),
})

const callsOf = ({ calls }: WrittenTurn): object[] =>
  calls.map(({ arguments: { value } }) => ({ function: { name: 'write', ...field('arguments', value) } }))

function streamed(turn: WrittenTurn): string {
  const { end } = turn
  const events = callsOf(turn).map((call) => answer([call], false))
  if (end.breaks === 'error') events.push({ error: 'overloaded' })
  if (end.breaks === undefined) events.push(answer([], true, end.reason))
  return events.map((event) => `${JSON.stringify(event)}\n`).join('')
}

interface Message {
  readonly role: string
  readonly content: unknown
  readonly tool_calls?: readonly { readonly function: { readonly arguments: unknown } }[]
}

/** Calls have no ids: a result is that of the call at its place. */
function read(sent: readonly Message[]): Sent {
  return {
    calls: sent
      .flatMap(({ tool_calls = [] }) => tool_calls)
      .map(({ function: called }, id) => ({ id, arguments: called.arguments })),
    results: sent.filter(({ role }) => role === 'tool').map(({ content: said }, id) => ({ id, said })),
  }
}

export const ollama: DialectBodies = {
  dialect: 'ollama-chat',
  ends: [
    { reason: 'stop' },
    { reason: null },
    { reason: 'length', cut: LIMIT },
    { reason: 'a_reason_of_tomorrow', cut: UNKNOWN },
    ...BREAKS,
  ],
  whole: { writes: 'value', body: (turn) => answer(callsOf(turn), true, turn.end.reason) },
  streamed: { writes: 'value', body: streamed },
  contentType: 'application/x-ndjson',
  canGoOn: false,
  model: (fetch) => createOllama({ fetch })('m'),
  history: (body: { messages: object[] }) => body.messages,
  read,
}
