import { describe, expect, test } from 'vitest'
import { defineTool, type ToolCall } from '../../packages/aof-runtime/src/index.ts'
import { openaiChat } from '../../packages/aof-runtime/src/messages/index.ts'
import { failure, success } from './harness.ts'

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

describe('openaiChat', () => {
  test('openaiChat.tools: functions, sorted by name', () => {
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

  test("openaiChat.calls: arguments are the model's text; the free text of a custom tool is JSON text of a string", () => {
    expect(openaiChat.calls(answer)).toStrictEqual([
      { id: 'call_a', name: 'weather', arguments: '{"city": "Oslo"}' },
      { id: 'call_b', name: 'sql', arguments: '"SELECT \\"a\\""' },
    ])
  })

  test('openaiChat.calls: variants of servers with a similar API are read', () => {
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

  test('openaiChat.calls: only those of the first choice, if it has some', () => {
    const [choice] = answer.choices
    expect(openaiChat.calls({ choices: [choice, choice] as never })).toStrictEqual([first, second])
  })

  test('openaiChat.turn: the message unchanged, with unknown fields', () => {
    expect(openaiChat.turn(answer)[0]).toBe(message)
    expect(openaiChat.turn({ choices: [] })).toStrictEqual([])
  })

  test('openaiChat.turn: calls without an id get the id of their result', () => {
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

  test('openaiChat.results: one message each, of text alone', () => {
    const content = [
      { type: 'text', text: 'a' } as const,
      { type: 'image', data: 'AAAA', mimeType: 'image/png' } as const,
    ]
    expect(openaiChat.results([success(first, 0, 1, content), failure(second, 1)], answer)).toStrictEqual([
      {
        role: 'tool',
        tool_call_id: 'call_a',
        content: 'a\n[left out: 3 bytes of image/png, which this API does not accept in a tool result]',
      },
      { role: 'tool', tool_call_id: 'call_b', content: '{"error":{"code":"tool_error","message":"It broke."}}' },
    ])
    expect(openaiChat.results([success(first, 0, '')])).toStrictEqual([
      { role: 'tool', tool_call_id: 'call_a', content: '' },
    ])
  })

  test.each(['length', 'content_filter', 'model_length', 'error', 'a_reason_of_tomorrow'])(
    'I37: the last call of a chat answer that ended with %s never runs, whatever its arguments are',
    (reason) => {
      for (const text of ['{"a":1}', '{"a":"b', '', ' ', '1', 'null', '"a"', '[1]', '}', undefined, { a: 1 }]) {
        const [cut] = callsOf([{ id: 'a', function: { name: 'f', arguments: text } }], reason)
        expect(cut?.incomplete).toContain('nothing was run')
        expect(cut?.arguments).toEqual(text ?? {})
      }
      const custom = callsOf([{ id: 'a', type: 'custom', custom: { name: 'sql', input: 'DELETE FROM a' } }], reason)
      expect(custom[0]?.incomplete).toContain('nothing was run')
    },
  )

  test.each(['tool_calls', 'stop', 'function_call', 'tool_use', 'STOP', 'eos', null, undefined])(
    'I37: calls of a chat answer that ended with %s are complete',
    (reason) => {
      const call = { id: 'a', function: { name: 'f', arguments: '{"a":1}' } }
      const [whole] = openaiChat.calls({
        choices: [{ message: { tool_calls: [call] }, ...(reason !== undefined && { finish_reason: reason }) }],
      })
      expect(whole).toStrictEqual({ id: 'a', name: 'f', arguments: '{"a":1}' })
    },
  )

  test('calls of all choices count if the first has none: some servers send text and calls apart', () => {
    const said = { role: 'assistant', content: 'Looking.' }
    const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
    const apart = {
      choices: [
        { message: said, finish_reason: 'tool_calls' },
        { message: { role: 'assistant', tool_calls: [call('a')] }, finish_reason: 'tool_calls' },
        { message: { role: 'assistant', tool_calls: [call('b')] }, finish_reason: 'length' },
      ],
    }
    const calls = openaiChat.calls(apart)
    expect(calls.map(({ id, incomplete }) => [id, incomplete !== undefined])).toEqual([
      ['a', false],
      ['b', true],
    ])
    expect(openaiChat.turn(apart)).toEqual([{ ...said, tool_calls: [call('a'), call('b')] }])
    expect(
      openaiChat.results(
        calls.map((each, i) => success(each, i, i)),
        apart,
      ),
    ).toMatchObject([{ tool_call_id: 'a' }, { tool_call_id: 'b' }])
  })

  test('I37: calls before the last are complete', () => {
    const call = { id: 'a', function: { name: 'f', arguments: '' } }
    expect(callsOf([call, call], 'length')[0]?.arguments).toBe('')
  })
})
