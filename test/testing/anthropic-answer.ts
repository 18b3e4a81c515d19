import type { ScriptedSpeech } from '../../packages/aof-runtime/src/testing/index.ts'

/** A streamed answer in Anthropic's own wire format that says what `speech` says, arguments in pieces of `pieceLength`. */
export function anthropicAnswer({ reasoning, text, calls = [] }: ScriptedSpeech, pieceLength: number): Response {
  const thinking = [reasoning ?? []].flat().map((delta) => ({ type: 'thinking_delta', thinking: delta }))
  const words = [text ?? []].flat().map((delta) => ({ type: 'text_delta', text: delta }))
  const blocks = [
    { content: { type: 'thinking', thinking: '', signature: '' }, deltas: thinking },
    { content: { type: 'text', text: '' }, deltas: words },
    ...calls.map(({ id, name, arguments: args }) => ({
      content: { type: 'tool_use', id, name, input: {} },
      deltas: pieces(JSON.stringify(args), pieceLength).map((piece) => ({
        type: 'input_json_delta',
        partial_json: piece,
      })),
    })),
  ]
  const usage = { input_tokens: 1, output_tokens: 1 }
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude', content: [], usage }
  const events = [
    { type: 'message_start', message },
    ...blocks.flatMap(({ content, deltas }, index) => [
      { type: 'content_block_start', index, content_block: content },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: { stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn' }, usage },
    { type: 'message_stop' },
  ]
  const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

function pieces(text: string, length: number): string[] {
  return text.match(new RegExp(`.{1,${length}}`, 'gs')) ?? []
}
