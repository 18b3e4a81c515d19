import { describe, expect, test } from 'vitest'
import { defineTool, type ToolCall } from '../../packages/aof-runtime/src/index.ts'
import { openaiResponses } from '../../packages/aof-runtime/src/messages/index.ts'
import { failure, success } from './harness.ts'

const program = { type: 'program', caller_id: 'prog_1' }
const answer = {
  object: 'response',
  status: 'completed',
  output: [
    { type: 'reasoning', id: 'rs_1', summary: [] },
    { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'a' } },
    { type: 'mcp_call', id: 'mcp_1', name: 'remote', arguments: '{}', server_label: 's' },
    {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'call_a',
      name: 'weather',
      arguments: '{"city":"Oslo"}',
      status: 'completed',
    },
    { type: 'custom_tool_call', id: 'ct_1', call_id: 'call_b', name: 'sql', input: 'SELECT 1' },
    { type: 'function_call', id: 'fc_2', call_id: 'call_c', name: 'clock', arguments: '', caller: program },
  ],
}
const [first, second, third] = openaiResponses.calls(answer) as [ToolCall, ToolCall, ToolCall]

describe('openaiResponses', () => {
  test('openaiResponses.tools: functions without strict mode, sorted by name', () => {
    const weather = defineTool({
      name: 'weather',
      description: 'The weather.',
      inputSchema: { type: 'object' },
      execute: () => 1,
    })
    const clock = defineTool({ name: 'clock', inputSchema: { type: 'object' }, execute: () => 1 })
    expect(openaiResponses.tools([weather, clock])).toStrictEqual([
      { type: 'function', name: 'clock', parameters: { type: 'object', properties: {} }, strict: false },
      {
        type: 'function',
        name: 'weather',
        description: 'The weather.',
        parameters: { type: 'object', properties: {} },
        strict: false,
      },
    ])
  })

  test("openaiResponses.calls: functions and custom tools, by call_id; the provider's own calls are left out", () => {
    expect(openaiResponses.calls(answer)).toStrictEqual([
      { id: 'call_a', name: 'weather', arguments: '{"city":"Oslo"}' },
      { id: 'call_b', name: 'sql', arguments: '"SELECT 1"' },
      { id: 'call_c', name: 'clock', arguments: '' },
    ])
  })

  test('openaiResponses.turn: the unchanged items, in a new array', () => {
    const output = answer.output.slice(0, -1)
    const turn = openaiResponses.turn({ output })
    expect(turn).toStrictEqual(output)
    expect(turn).not.toBe(output)
    turn.forEach((item, i) => expect(item).toBe(output[i]))
  })

  test.each(['', 'null', '[1]', '{"city":"Os', '"{}"'])(
    'openaiResponses.turn: the arguments %j are sent back as an object',
    (text) => {
      const [item] = openaiResponses.turn({
        output: [{ type: 'function_call', call_id: 'a', name: 'f', arguments: text }],
      })
      expect(item).toStrictEqual({ type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' })
    },
  )

  test('openaiResponses.turn: a call without an id gets the id of its result', () => {
    const odd = { output: [{ type: 'function_call', name: 'f', arguments: '{}' }] }
    expect(openaiResponses.turn(odd)).toStrictEqual([{ ...odd.output[0], call_id: 'call-0' }])
    expect(openaiResponses.results([success({ id: 'call-0', name: 'f' }, 0, 1)], odd)).toStrictEqual([
      { type: 'function_call_output', call_id: 'call-0', output: '1' },
    ])
  })

  test('openaiResponses.results: one item each, of the kind of its call, with the program that made it', () => {
    const given = [success(first, 0, { degrees: 7 }), failure(second, 1), success(third, 2, 'noon')]
    expect(openaiResponses.results(given, answer)).toStrictEqual([
      { type: 'function_call_output', call_id: 'call_a', output: '{"degrees":7}' },
      {
        type: 'custom_tool_call_output',
        call_id: 'call_b',
        output: '{"error":{"code":"tool_error","message":"It broke."}}',
      },
      { type: 'function_call_output', call_id: 'call_c', output: 'noon', caller: program },
    ])
  })

  test('openaiResponses.results: images and PDF as they are, other media are named', () => {
    const [item] = openaiResponses.results([
      success(first, 0, null, [
        { type: 'text', text: 'Look:' },
        { type: 'image', data: 'iVBORw==', mimeType: 'image/png' },
        { type: 'audio', data: 'UklGRg==', mimeType: 'audio/wav' },
        { type: 'resource', resource: { uri: 'file:///b/a.pdf', mimeType: 'application/pdf', blob: 'JVBERg==' } },
      ]),
    ])
    expect(item?.output).toStrictEqual([
      { type: 'input_text', text: 'Look:' },
      { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,iVBORw==' },
      { type: 'input_text', text: '[left out: 4 bytes of audio/wav, which this API does not accept in a tool result]' },
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERg==' },
    ])
  })

  test('I37: a call that is marked as incomplete, or ends an incomplete answer, never runs', () => {
    const call = { type: 'function_call', call_id: 'a', name: 'f', arguments: '{"a":1}' }
    const incompleteOf = (item: object, answer: object = {}) =>
      openaiResponses.calls({ output: [{ ...call, ...item }], ...answer })[0]?.incomplete
    expect(incompleteOf({})).toBeUndefined()
    expect(incompleteOf({ status: 'completed' }, { status: 'completed', incomplete_details: null })).toBeUndefined()
    const limited = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
    expect(incompleteOf({}, limited)).toContain('limit of output tokens')
    expect(incompleteOf({ status: 'incomplete' }, limited)).toContain('limit of output tokens')
    expect(incompleteOf({}, { status: 'incomplete', incomplete_details: { reason: 'content_filter' } })).toContain(
      'content filter',
    )
    expect(incompleteOf({}, { status: 'incomplete' })).toContain('marks the answer as incomplete')
    expect(incompleteOf({}, { status: 'failed' })).toContain('error of the provider')
    expect(incompleteOf({ status: 'incomplete' })).toContain('marks this call as incomplete')
    const [before, last] = openaiResponses.calls({ output: [call, call], ...limited })
    expect([before?.incomplete === undefined, last?.incomplete === undefined]).toEqual([true, false])
    const custom = { type: 'custom_tool_call', call_id: 'a', name: 'sql', input: 'DELETE FROM a' }
    expect(openaiResponses.calls({ output: [custom], ...limited })[0]?.incomplete).toContain('nothing was run')
  })

  test.each([{ status: 'queued', output: [] }, { status: 'queued' }, { status: 'in_progress', output: [] }])(
    'an answer of Responses that has no output yet is refused with advice to retrieve it later: %j',
    (answer) => {
      expect(() => openaiResponses.calls(answer as never)).toThrow('is not ready')
      expect(() => openaiResponses.turn(answer as never)).toThrow('retrieve it again later')
    },
  )
})
