import { describe, expect, test } from 'vitest'
import { defineTool, type ToolCall } from '../../src/index.ts'
import { openaiChat } from '../../src/messages/index.ts'
import { failure, isReadable, success } from './harness.ts'

const message = {
  role: 'assistant',
  content: null,
  reasoning_content: 'Both at once.',
  tool_calls: [
    { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city": "Oslo"}' } },
    { id: 'call_b', type: 'custom', custom: { name: 'sql', input: 'SELECT "a"' } },
  ],
}
const answer = { object: 'chat.completion', choices: [{ index: 0, finish_reason: 'tool_calls', message }] }
const [first, second] = openaiChat.calls(answer) as [ToolCall, ToolCall]

/** The calls of an answer with these tool_calls. */
function callsOf(tool_calls: unknown, finish_reason = 'tool_calls') {
  return openaiChat.calls({ choices: [{ message: { role: 'assistant', tool_calls }, finish_reason }] })
}

/** The arguments of a function call with this text in an answer that stopped for its length. */
function cutArguments(text: unknown): unknown {
  return callsOf([{ id: 'a', function: { name: 'f', arguments: text } }], 'length')[0]?.arguments
}

describe('openaiChat', () => {
  test('tools: functions, sorted by name', () => {
    const weather = defineTool({
      name: 'weather',
      description: 'The weather.',
      inputSchema: { type: 'object' },
      execute: () => 1,
    })
    const clock = defineTool({ name: 'clock', inputSchema: { type: 'object' }, execute: () => 1 })
    expect(openaiChat.tools([weather, clock])).toStrictEqual([
      { type: 'function', function: { name: 'clock', parameters: { type: 'object', properties: {} } } },
      {
        type: 'function',
        function: { name: 'weather', description: 'The weather.', parameters: { type: 'object', properties: {} } },
      },
    ])
  })

  test('calls: arguments are the very text; the free text of a custom tool is JSON text of a string', () => {
    expect(openaiChat.calls(answer)).toStrictEqual([
      { id: 'call_a', name: 'weather', arguments: '{"city": "Oslo"}' },
      { id: 'call_b', name: 'sql', arguments: '"SELECT \\"a\\""' },
    ])
  })

  test('calls: as the servers that only resemble the API give them', () => {
    expect(callsOf(undefined)).toStrictEqual([])
    expect(callsOf(null)).toStrictEqual([])
    expect(openaiChat.calls({ choices: [] })).toStrictEqual([])
    expect(callsOf([{ function: { name: 'f', arguments: { a: 1 } } }])).toStrictEqual([
      { id: 'call-0', name: 'f', arguments: { a: 1 } },
    ])
    expect(callsOf([{ id: 'a', function: { name: 'f' } }])).toStrictEqual([{ id: 'a', name: 'f', arguments: {} }])
    expect(callsOf([{ id: 'a', function: { name: 'f', arguments: null } }])).toStrictEqual([
      { id: 'a', name: 'f', arguments: {} },
    ])
    expect(callsOf([{ id: 'a', custom: { name: 'f' } }])).toStrictEqual([{ id: 'a', name: 'f', arguments: {} }])
    expect(callsOf([null, 'x', { id: 'a' }])).toStrictEqual([{ id: 'a', name: '', arguments: {} }])
  })

  test('calls: of the first choice alone', () => {
    const other = { index: 1, finish_reason: 'stop', message: { role: 'assistant', content: 'No.' } }
    expect(openaiChat.calls({ choices: [other, ...answer.choices] })).toStrictEqual([])
  })

  test('turn: the message as it came, with what this API does not know', () => {
    expect(openaiChat.turn(answer)[0]).toBe(message)
    expect(openaiChat.turn({ choices: [] })).toStrictEqual([])
  })

  test('turn: calls without an id get the one that their result names', () => {
    const bare = { type: 'function', function: { name: 'f', arguments: '{}' } }
    const odd = { choices: [{ message: { role: 'assistant', tool_calls: [bare, { ...bare, id: 'call-0' }] } }] }
    const calls = openaiChat.calls(odd)
    expect(openaiChat.turn(odd)).toStrictEqual([
      {
        role: 'assistant',
        tool_calls: [
          { ...bare, id: 'call-0-2' },
          { ...bare, id: 'call-0' },
        ],
      },
    ])
    expect(
      openaiChat.results(
        calls.map((call, i) => success(call, i, i)),
        odd,
      ),
    ).toStrictEqual([
      { role: 'tool', tool_call_id: 'call-0-2', content: '0' },
      { role: 'tool', tool_call_id: 'call-0', content: '1' },
    ])
  })

  test('results: one message each, of text alone', () => {
    const content = [
      { type: 'text', text: 'a' } as const,
      { type: 'image', data: 'AAAA', mimeType: 'image/png' } as const,
    ]
    expect(openaiChat.results([success(first, 0, 1, content), failure(second, 1)], answer)).toStrictEqual([
      {
        role: 'tool',
        tool_call_id: 'call_a',
        content: 'a\n[left out: 3 bytes of image/png, which cannot be shown in a tool result here]',
      },
      { role: 'tool', tool_call_id: 'call_b', content: '{"error":{"code":"tool_error","message":"It broke."}}' },
    ])
    expect(openaiChat.results([success(first, 0, '')])).toStrictEqual([
      { role: 'tool', tool_call_id: 'call_a', content: '' },
    ])
  })

  test('I37: of a cut answer the last call runs only if its arguments are a complete object', () => {
    expect(cutArguments('{"a":1}')).toBe('{"a":1}')
    expect(cutArguments('{"a":"b')).toBe('{"a":"b')
    for (const text of ['', ' ', '1', 'null', '"a"', '[1]', '}', undefined, { a: 1 }]) {
      expect(isReadable(cutArguments(text)), JSON.stringify(text)).toBe(false)
    }
    const custom = callsOf([{ id: 'a', type: 'custom', custom: { name: 'sql', input: 'DELETE FROM a' } }], 'length')
    expect(isReadable(custom[0]?.arguments)).toBe(false)
  })

  test('I37: calls before the last are complete', () => {
    const call = { id: 'a', function: { name: 'f', arguments: '' } }
    expect(callsOf([call, call], 'length')[0]?.arguments).toBe('')
  })
})
