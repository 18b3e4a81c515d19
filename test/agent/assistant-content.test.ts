import { describe, expect, test } from 'vitest'
import { AssistantContentBuilder } from '../../packages/aof-runtime/src/agent/assistant-content.ts'
import { toolCall } from './harness.ts'

type ToolCall = Extract<ReturnType<typeof toolCall>, { type: 'tool-call' }>

const meta = (value: string) => ({ some: { value } })
const whole = (input: string, more: Partial<ToolCall> = {}): ToolCall => ({
  ...(toolCall('provider-id', 'provider name', input) as ToolCall),
  ...more,
})

describe("the assistant's content", () => {
  test("the assistant's parts stand in the order in which they began, whichever ends first", () => {
    const content = new AssistantContentBuilder()
    content.begin('reasoning', 'r', undefined)
    content.begin('text', '1', undefined)
    const first = content.beginCall('a', 'one')
    const second = content.beginCall('b', 'two')
    content.begin('text', '2', undefined)
    content.append('text', '2', 'later', undefined)
    content.append('text', '1', 'sooner', undefined)
    second.call = whole('{"n":2}')
    first.call = whole('{"n":1}')
    content.append('reasoning', 'r', 'hm', undefined)
    content.end('text', '2', undefined)
    content.end('text', '1', undefined)
    content.end('reasoning', 'r', undefined)
    expect(content.build()).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'sooner' },
      { type: 'tool-call', toolCallId: 'a', toolName: 'one', input: { n: 1 } },
      { type: 'tool-call', toolCallId: 'b', toolName: 'two', input: { n: 2 } },
      { type: 'text', text: 'later' },
    ])
    expect(content.text).toBe('latersooner')
  })

  test('text and reasoning with one id are two parts; a repeated id begins a new part', () => {
    const content = new AssistantContentBuilder()
    content.begin('reasoning', '0', undefined)
    content.append('reasoning', '0', 'r', undefined)
    content.begin('text', '0', undefined)
    content.append('text', '0', 'a', undefined)
    content.end('reasoning', '0', undefined)
    content.end('text', '0', undefined)
    content.begin('text', '0', undefined)
    content.append('text', '0', 'b', undefined)
    content.end('text', '0', undefined)
    expect(content.build()).toEqual([
      { type: 'reasoning', text: 'r' },
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ])
  })

  test('a delta without a beginning begins a part; an end without one is ignored', () => {
    const content = new AssistantContentBuilder()
    content.append('text', 'x', 'a', undefined)
    content.append('text', 'x', 'b', undefined)
    content.end('text', 'never', undefined)
    expect(content.build()).toEqual([{ type: 'text', text: 'ab' }])
  })

  test('a text that was cut off is kept as far as it arrived; blank text is left out', () => {
    const content = new AssistantContentBuilder()
    content.append('text', '1', 'half a', undefined)
    content.begin('text', '2', undefined)
    content.append('text', '3', ' \n\t', undefined)
    content.end('text', '3', undefined)
    expect(content.build()).toEqual([{ type: 'text', text: 'half a' }])
    expect(content.text).toBe('half a \n\t')
  })

  test('reasoning that was cut off, or is at the end, is left out', () => {
    const cut = new AssistantContentBuilder()
    cut.append('reasoning', '1', 'half a', undefined)
    cut.append('text', '2', 'said', undefined)
    expect(cut.build()).toEqual([{ type: 'text', text: 'said' }])

    const trailing = new AssistantContentBuilder()
    for (const id of ['1', '2']) {
      trailing.append('reasoning', id, 'thought', undefined)
      trailing.end('reasoning', id, undefined)
      if (id === '1') trailing.append('text', 't', 'said', undefined)
    }
    trailing.beginCall('a', 'never complete')
    expect(trailing.build()).toEqual([
      { type: 'reasoning', text: 'thought' },
      { type: 'text', text: 'said' },
    ])
  })

  test('a part is sent back with its newest metadata; an end without any keeps the earlier', () => {
    const content = new AssistantContentBuilder()
    content.begin('reasoning', 'r', meta('begin'))
    content.append('reasoning', 'r', 'x', meta('delta'))
    content.end('reasoning', 'r', undefined)
    content.begin('text', 't', meta('begin'))
    content.append('text', 't', 'y', undefined)
    content.end('text', 't', meta('end'))
    content.beginCall('a', 'one').call = whole('{}', { providerMetadata: meta('call') })
    expect(content.build()).toEqual([
      { type: 'reasoning', text: 'x', providerOptions: meta('delta') },
      { type: 'text', text: 'y', providerOptions: meta('end') },
      { type: 'tool-call', toolCallId: 'a', toolName: 'one', input: {}, providerOptions: meta('call') },
    ])
  })

  test('an empty text is kept because of its metadata; a text that was cut off loses its metadata', () => {
    const content = new AssistantContentBuilder()
    content.begin('text', '1', undefined)
    content.end('text', '1', meta('signature'))
    content.begin('text', '2', meta('item'))
    content.begin('text', '3', meta('item'))
    content.append('text', '3', 'half', undefined)
    expect(content.build()).toEqual([
      { type: 'text', text: '', providerOptions: meta('signature') },
      { type: 'text', text: 'half' },
    ])
  })

  test("a call's place stays empty until the call is put there", () => {
    const content = new AssistantContentBuilder()
    const entry = content.beginCall('a', 'one')
    expect(content.build()).toEqual([])
    entry.call = whole('{}', { providerExecuted: true })
    expect(content.build()).toEqual([
      { type: 'tool-call', toolCallId: 'a', toolName: 'one', input: {}, providerExecuted: true },
    ])
    entry.call = undefined
    expect(content.build()).toEqual([])
  })

  test.each([
    ['blank', '  '],
    ['cut off', '{"a":1'],
    ['an array', '[1]'],
    ['text', '"{}"'],
    ['null', 'null'],
    ['a number', '7'],
    ['bad input 23, a key that reaches a prototype', '{"__proto__":{"isAdmin":true}}'],
    ['bad input 29, too deep to be written', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('an input that is not an object, or cannot be read, is shown as an empty one: %s', (_, input) => {
    const content = new AssistantContentBuilder()
    content.beginCall('a', 'one').call = whole(input)
    expect(content.build()).toEqual([{ type: 'tool-call', toolCallId: 'a', toolName: 'one', input: {} }])
  })

  test('a part that arrived complete is kept unchanged', () => {
    const content = new AssistantContentBuilder()
    const file = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aW1n' } } as const
    content.add(file)
    expect(content.build()[0]).toBe(file)
  })
})
