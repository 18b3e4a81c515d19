import { describe, expect, test } from 'vitest'
import { toolResultPart } from '../../packages/aof-runtime/src/agent/tool-output.ts'
import type { JsonValue, ToolContent, ToolResult, UnsuccessfulResult } from '../../packages/aof-runtime/src/index.ts'

const base = {
  index: 3,
  id: 'model-id',
  name: 'asked for',
  execution: 'ended',
  timing: { queuedMs: 1, runMs: 2, totalMs: 3, attempts: 1 },
  source: 'run',
} as const

const success = (data: JsonValue, content?: ToolContent[]): ToolResult => ({
  ...base,
  status: 'succeeded',
  success: true,
  data,
  ...(content && { content }),
})

const outputOf = (result: ToolResult): unknown => toolResultPart('id', 'name', result).output

describe('a result in the history', () => {
  test('a result in the history has the id and name of the history, not those of the model', () => {
    expect(toolResultPart('call_2', 'lookup', success(1))).toEqual({
      type: 'tool-result',
      toolCallId: 'call_2',
      toolName: 'lookup',
      output: { type: 'json', value: 1 },
    })
  })

  test.each<[string, JsonValue, unknown]>([
    ['text', 'hello', { type: 'text', value: 'hello' }],
    ['text that is JSON', '{"a":1}', { type: 'text', value: '{"a":1}' }],
    ['no text', '', { type: 'text', value: '' }],
    ['nothing', null, { type: 'json', value: null }],
    ['false', false, { type: 'json', value: false }],
    ['an object', { a: [1] }, { type: 'json', value: { a: [1] } }],
    ['what looks like an error', { error: { code: 'x' } }, { type: 'json', value: { error: { code: 'x' } } }],
  ])('data is sent in its form: %s', (_, data, output) => expect(outputOf(success(data))).toEqual(output))

  test('the content of toContent is sent, each part in its form', () => {
    const content: ToolContent[] = [
      { type: 'text', text: 'a' },
      { type: 'image', data: 'aW1n', mimeType: 'image/png' },
      { type: 'audio', data: 'c25k', mimeType: 'audio/wav' },
      { type: 'resource_link', uri: 'file:///x', name: 'x' },
      { type: 'resource', resource: { uri: 'file:///t', text: 'inside' } },
      { type: 'resource', resource: { uri: 'file:///b', mimeType: 'application/pdf', blob: 'cGRm' } },
      { type: 'resource', resource: { uri: 'file:///c', blob: 'Ynl0' } },
    ]
    expect(outputOf(success({ hidden: true }, content))).toEqual({
      type: 'content',
      value: [
        { type: 'text', text: 'a' },
        { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aW1n' } },
        { type: 'file', mediaType: 'audio/wav', data: { type: 'data', data: 'c25k' } },
        { type: 'text', text: 'x: file:///x' },
        { type: 'text', text: 'inside' },
        { type: 'file', mediaType: 'application/pdf', data: { type: 'data', data: 'cGRm' } },
        { type: 'file', mediaType: 'application/octet-stream', data: { type: 'data', data: 'Ynl0' } },
      ],
    })
  })

  test('an error is sent with its code and message, and nothing else', () => {
    const result: UnsuccessfulResult = {
      ...base,
      status: 'timed_out',
      success: false,
      error: { code: 'timeout', message: 'Too slow.', retryable: true },
    }
    expect(outputOf(result)).toEqual({
      type: 'error-json',
      value: { error: { code: 'timeout', message: 'Too slow.' } },
    })
  })

  test('I49: the bytes of a result do not depend on when, where or how long the call ran', () => {
    const again: ToolResult = {
      ...success({ a: 1 }),
      index: 9,
      id: 'other',
      timing: { queuedMs: 7, runMs: 8, totalMs: 15, attempts: 2 },
    }
    expect(JSON.stringify(toolResultPart('id', 'n', again))).toBe(
      JSON.stringify(toolResultPart('id', 'n', success({ a: 1 }))),
    )
  })
})
