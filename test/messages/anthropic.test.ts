import { describe, expect, test } from 'vitest'
import { defineTool, type ToolCall } from '../../packages/aof-runtime/src/index.ts'
import { anthropic } from '../../packages/aof-runtime/src/messages/index.ts'
import { failure, success } from './harness.ts'

const answer = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  stop_reason: 'tool_use',
  content: [
    { type: 'thinking', thinking: 'Two cities.', signature: 'c2ln' },
    { type: 'text', text: 'Let me look.' },
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'weather' } },
    { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
    { type: 'mcp_tool_use', id: 'mcptoolu_1', name: 'remote', server_name: 's', input: {} },
    { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
    { type: 'tool_use', id: 'toolu_2', name: 'left_click', input: {}, toolset_name: 'computer' },
  ],
}
const [first, second] = anthropic.calls(answer) as [ToolCall, ToolCall]

describe('anthropic', () => {
  test('anthropic.tools: name, description and the schema itself, sorted by name', () => {
    const inputSchema = { type: 'object', properties: { city: { type: 'string' } } }
    const weather = defineTool({ name: 'weather', description: 'The weather.', inputSchema, execute: () => 1 })
    const clock = defineTool({ name: 'clock', inputSchema: { type: 'object' }, execute: () => 1 })
    const tools = anthropic.tools([weather, clock])
    expect(tools).toStrictEqual([
      { name: 'clock', input_schema: { type: 'object', properties: {} } },
      { name: 'weather', description: 'The weather.', input_schema: inputSchema },
    ])
    expect(tools[1]?.input_schema).toBe(inputSchema)
  })

  test("anthropic.calls: only the tool_use blocks, in order; the provider's own calls are left out", () => {
    expect(anthropic.calls(answer)).toStrictEqual([
      { id: 'toolu_1', name: 'weather', arguments: { city: 'Oslo' } },
      { id: 'toolu_2', name: 'left_click', arguments: {} },
    ])
    expect(anthropic.calls({ content: [{ type: 'text' }] })).toStrictEqual([])
  })

  test('anthropic.turn: the content unchanged, with its thinking', () => {
    const [turn] = anthropic.turn(answer)
    expect(turn).toStrictEqual({ role: 'assistant', content: answer.content })
    expect(turn?.content).toBe(answer.content)
    expect(anthropic.turn({ content: [] })).toStrictEqual([])
  })

  test('anthropic.results: one message, failures marked, the toolset repeated', () => {
    const given = [success(first, 0, { degrees: 7 }), failure(second, 1, { code: 'timeout', message: 'Too slow.' })]
    expect(anthropic.results(given, answer)).toStrictEqual([
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1', content: '{"degrees":7}' },
          {
            type: 'tool_result',
            tool_use_id: 'toolu_2',
            content: '{"error":{"code":"timeout","message":"Too slow."}}',
            is_error: true,
            toolset_name: 'computer',
          },
        ],
      },
    ])
    expect(anthropic.results([])).toStrictEqual([])
    expect(anthropic.results([], { content: [] })).toStrictEqual([])
  })

  test('anthropic.results: text data as it is, other data as JSON, no data as no content', () => {
    const contents = ['text', '', null, 0, [1], {}].map(
      (data) => anthropic.results([success(first, 0, data)])[0]?.content[0]?.content,
    )
    expect(contents).toStrictEqual(['text', undefined, 'null', '0', '[1]', '{}'])
  })

  test('anthropic.results: images of four types and PDF as they are, other media are named', () => {
    const [message] = anthropic.results([
      success(first, 0, null, [
        { type: 'text', text: 'Look:' },
        { type: 'text', text: '' },
        { type: 'image', data: 'iVBORw==', mimeType: 'image/PNG' },
        { type: 'image', data: '/9j/', mimeType: 'image/jpg; q=1' },
        { type: 'image', data: 'Qk0=', mimeType: 'image/bmp' },
        { type: 'audio', data: 'UklGRg==', mimeType: 'audio/wav' },
        { type: 'resource', resource: { uri: 'file:///a.pdf', mimeType: 'application/pdf', blob: 'JVBERg==' } },
        { type: 'resource', resource: { uri: 'file:///a.txt', text: 'hello' } },
        { type: 'resource', resource: { uri: 'file:///a.bin', blob: 'AAAA' } },
        { type: 'resource_link', uri: 'https://example.com/a', name: 'a' },
      ]),
    ])
    expect(message?.content[0]?.content).toStrictEqual([
      { type: 'text', text: 'Look:' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw==' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: '/9j/' } },
      { type: 'text', text: '[left out: 2 bytes of image/bmp, which this API does not accept in a tool result]' },
      { type: 'text', text: '[left out: 4 bytes of audio/wav, which this API does not accept in a tool result]' },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERg==' },
        title: 'file:///a.pdf',
      },
      { type: 'text', text: '[resource file:///a.txt]\nhello' },
      {
        type: 'text',
        text: '[left out: 3 bytes of application/octet-stream of file:///a.bin, which this API does not accept in a tool result]',
      },
      { type: 'text', text: '{"type":"resource_link","uri":"https://example.com/a","name":"a"}' },
    ])
  })

  test('anthropic.results: content of text alone is a string', () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ] as const
    expect(anthropic.results([success(first, 0, null, [...content])])[0]?.content[0]?.content).toBe('a\nb')
    expect(anthropic.results([success(first, 0, null, [])])[0]?.content[0]).toStrictEqual({
      type: 'tool_result',
      tool_use_id: 'toolu_1',
    })
  })

  test.each(['max_tokens', 'model_context_window_exceeded', 'refusal', 'a reason of tomorrow'])(
    'I37: an Anthropic call at the very end of an answer that stopped for %s does not run',
    (stop_reason) => {
      const block = { type: 'tool_use', id: 'toolu_3', name: 'write', input: { path: 'a' } }
      const [whole, cut] = anthropic.calls({ content: [block, block], stop_reason })
      expect(whole).toStrictEqual({ id: 'toolu_3', name: 'write', arguments: { path: 'a' } })
      expect(cut).toStrictEqual({ ...whole, incomplete: expect.stringContaining('nothing was run') as string })
      const [before] = anthropic.calls({ content: [block, { type: 'text' }], stop_reason })
      expect(before).toStrictEqual(whole)
    },
  )

  test.each(['tool_use', 'end_turn', 'stop_sequence', 'pause_turn', null, undefined])(
    'I37: Anthropic calls of an answer that stopped for %s are complete',
    (stop_reason) => {
      const block = { type: 'tool_use', id: 'toolu_3', name: 'write', input: { path: 'a' } }
      const [call] = anthropic.calls({ content: [block], ...(stop_reason !== undefined && { stop_reason }) })
      expect(call).not.toHaveProperty('incomplete')
    },
  )
})
