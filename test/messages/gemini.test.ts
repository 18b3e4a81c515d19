import { describe, expect, test } from 'vitest'
import { defineTool, type ToolCall } from '../../packages/aof-runtime/src/index.ts'
import { gemini } from '../../packages/aof-runtime/src/messages/index.ts'
import { failure, success } from './harness.ts'

const content = {
  role: 'model',
  parts: [
    { text: 'Thinking.', thought: true },
    { functionCall: { name: 'weather', args: { city: 'Oslo' } }, thoughtSignature: 'c2ln' },
    { executableCode: { language: 'PYTHON', code: '1' } },
    { toolCall: { id: 't1', toolType: 'GOOGLE_SEARCH', args: {} } },
    { functionCall: { id: 'fc-2', name: 'clock' } },
    { text: '\n' },
  ],
}
const answer = { candidates: [{ content, finishReason: 'STOP' }] }
const [first, second] = gemini.calls(answer) as [ToolCall, ToolCall]

describe('gemini', () => {
  test('gemini.tools: one tool with all functions, sorted by name; none for no tools', () => {
    const weather = defineTool({
      name: 'weather',
      description: 'The weather.',
      inputSchema: { type: 'object' },
      execute: () => 1,
    })
    const clock = defineTool({ name: 'clock', inputSchema: { type: 'object' }, execute: () => 1 })
    expect(gemini.tools([weather, clock])).toStrictEqual([
      {
        functionDeclarations: [
          { name: 'clock', parametersJsonSchema: { type: 'object', properties: {} } },
          { name: 'weather', description: 'The weather.', parametersJsonSchema: { type: 'object', properties: {} } },
        ],
      },
    ])
    expect(gemini.tools([])).toStrictEqual([])
  })

  test("gemini.calls: the functionCall parts, with a replacement for a missing id; the provider's own calls are left out", () => {
    expect(gemini.calls(answer)).toStrictEqual([
      { id: 'call-0', name: 'weather', arguments: { city: 'Oslo' } },
      { id: 'fc-2', name: 'clock', arguments: {} },
    ])
  })

  test('gemini.calls: none for an answer without a candidate or content', () => {
    expect(gemini.calls({ candidates: [] })).toStrictEqual([])
    expect(gemini.calls({ candidates: [{ finishReason: 'SAFETY' }] })).toStrictEqual([])
    expect(gemini.calls({ promptFeedback: { blockReason: 'SAFETY' } })).toStrictEqual([])
  })

  test('gemini.turn: the content unchanged, with its signatures; none for an empty answer', () => {
    expect(gemini.turn(answer)[0]).toBe(content)
    expect(gemini.turn({ candidates: [{ content: {} }] })).toStrictEqual([])
    expect(gemini.turn({ promptFeedback: {} })).toStrictEqual([])
  })

  test('gemini.results: one message, an id only if the call had one, failures apart from successes', () => {
    const parts = [
      { functionResponse: { name: 'weather', response: { output: { error: 'as data' } } } },
      {
        functionResponse: {
          id: 'fc-2',
          name: 'clock',
          response: { error: { code: 'tool_error', message: 'It broke.' } },
        },
      },
    ]
    const given = [success(first, 0, { error: 'as data' }), failure(second, 1)]
    expect(gemini.results(given, answer)).toStrictEqual([{ role: 'user', parts }])
    expect(gemini.results(given), 'without the answer, a stand-in is known by its form').toStrictEqual([
      { role: 'user', parts },
    ])
    expect(gemini.results([])).toStrictEqual([])
  })

  test("gemini.results: an id in the form of a replacement is kept if the answer shows it to be the call's own", () => {
    const odd = { candidates: [{ content: { parts: [{ functionCall: { id: 'call-0', name: 'f' } }] } }] }
    const [message] = gemini.results([success({ id: 'call-0', name: 'f' }, 0, 1)], odd)
    expect(message?.parts[0]?.functionResponse.id).toBe('call-0')
  })

  test('gemini.results: media stand beside the text', () => {
    const [message] = gemini.results([
      success(first, 0, null, [
        { type: 'text', text: 'Look:' },
        { type: 'image', data: 'iVBORw==', mimeType: 'image/png' },
        { type: 'image', data: 'R0lGODlh', mimeType: 'image/gif' },
      ]),
    ])
    expect(message?.parts[0]?.functionResponse).toStrictEqual({
      name: 'weather',
      response: { output: 'Look:\n[left out: 6 bytes of image/gif, which this API does not accept in a tool result]' },
      parts: [{ inlineData: { mimeType: 'image/png', data: 'iVBORw==' } }],
    })
  })

  test.each(['MAX_TOKENS', 'SAFETY', 'RECITATION', 'MALFORMED_FUNCTION_CALL', 'A_REASON_OF_TOMORROW', 2, 99])(
    'I37: a Gemini call at the very end of an answer that stopped for %s does not run',
    (finishReason) => {
      const part = { functionCall: { name: 'write', args: { path: 'a' } } }
      const [whole, cut] = gemini.calls({ candidates: [{ content: { parts: [part, part] }, finishReason }] })
      expect(whole).toStrictEqual({ id: 'call-0', name: 'write', arguments: { path: 'a' } })
      const incomplete = expect.stringContaining('nothing was run') as string
      expect(cut).toStrictEqual({ ...whole, id: 'call-1', incomplete })
    },
  )

  test.each(['STOP', 'UNEXPECTED_TOOL_CALL', 'FINISH_REASON_UNSPECIFIED', 1, 0, undefined])(
    'I37: Gemini calls of an answer that stopped for %s are complete',
    (finishReason) => {
      const part = { functionCall: { name: 'write', args: { path: 'a' } } }
      const [call] = gemini.calls({ candidates: [{ content: { parts: [part] }, finishReason }] })
      expect(call).not.toHaveProperty('incomplete')
    },
  )

  test('I37: a Gemini call with more parts to come does not run', () => {
    const part = { functionCall: { name: 'write', args: {}, willContinue: true } }
    const [cut] = gemini.calls({ candidates: [{ content: { parts: [part, part] } }] })
    expect(cut?.incomplete).toContain('The provider marks this call as incomplete')
  })
})
