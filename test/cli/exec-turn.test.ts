import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { describe, expect, test } from 'vitest'
import { type ExecutedTurn, executeTurn } from '../../packages/aof-cli/src/exec/execute-turn.ts'
import type { LiveEvent } from '../../packages/aof-cli/src/live/live-event.ts'
import { openRecorded } from '../../packages/aof-cli/src/recorded-answers/open-recorded.ts'
import type { AnyTool } from '../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { messagesAnswer } from './exec-support.ts'
import { FIXTURES } from './recorded-answers/fixtures.ts'

interface Executed extends ExecutedTurn {
  readonly ran: readonly unknown[]
  readonly events: readonly LiveEvent[]
  readonly message: readonly object[]
}

/** Executes an answer with a tool `rm` that notes what it is run with, and others. */
async function execute(body: string | Uint8Array, others: readonly AnyTool[] = []): Promise<Executed> {
  const ran: unknown[] = []
  const events: LiveEvent[] = []
  const rm: AnyTool = { name: 'rm', execute: (input: unknown) => ran.push(input) }
  const answer = await openRecorded(body)
  const executed = await executeTurn({
    model: answer.model,
    executor: { tools: [rm, ...others] },
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
  })
  return { ...executed, ran, events, message: answer.results(executed.results) }
}

function codesOf({ results }: ExecutedTurn): string[] {
  return results.map((result) => (result.success ? result.status : result.error.code))
}

const chunk = (delta: object, finish_reason: string | null = null): string =>
  `data: ${JSON.stringify({ object: 'chat.completion.chunk', id: 'c', created: 0, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
const begin = chunk({ tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'rm', arguments: '' } }] })
const more = (text: string): string => chunk({ tool_calls: [{ index: 0, function: { arguments: text } }] })
const end = (reason: string): string => `${chunk({}, reason)}data: [DONE]\n\n`

describe('calls that never run (I37)', () => {
  test.each([
    ['arguments that are cut off at the limit', begin + more('{"path":"/tmp/') + end('length'), 'incomplete_call'],
    ['arguments that were never there, at the limit', begin + end('length'), 'incomplete_call'],
    ['a stream that breaks off before the arguments', begin, 'incomplete_call'],
    ['a stream that breaks off in the arguments', begin + more('{"path":"/tmp/'), 'incomplete_call'],
    ['arguments that look whole, at the limit', begin + more('{"path":"/tmp/"}') + end('length'), 'incomplete_call'],
    [
      'arguments of which something in the middle cannot be read, and which parse without it',
      `${begin}${more('{"path":"/tmp/')}data: {"choices":[{"index":0,"delta":{"tool_ca\n\n${more('"}')}${end('tool_calls')}`,
      'incomplete_call',
    ],
    ['arguments that are no JSON', begin + more('path=/tmp') + end('tool_calls'), 'unparsable_arguments'],
    [
      'bad input 28: two values where one should be',
      begin + more('{"a":1}{"b":2}') + end('tool_calls'),
      'unparsable_arguments',
    ],
  ])('%s: an invalid result, with its id, in the next message', async (_what, body, code) => {
    const executed = await execute(body)
    expect(executed.ran).toEqual([])
    expect(codesOf(executed)).toEqual([code])
    expect(executed.results).toMatchObject([{ id: 'a', status: 'invalid', execution: 'none' }])
    expect(executed.message).toEqual([{ role: 'tool', tool_call_id: 'a', content: expect.stringContaining(code) }])
  })

  test('calls that were complete before the answer broke off run, and the reason of the break is reported', async () => {
    const next = { index: 1, id: 'b', type: 'function', function: { name: 'rm', arguments: '{"pa' } }
    const executed = await execute(begin + more('{"path":"/a"}') + chunk({ tool_calls: [next] }))
    expect(executed.ran).toEqual([{ path: '/a' }])
    expect(codesOf(executed)).toEqual(['succeeded', 'incomplete_call'])
    expect(executed.calls.map((call) => call.arguments)).toEqual([{ path: '/a' }, '{"pa'])
    expect(executed.broken?.cause).toBeInstanceOf(Error)
  })

  test('a stream that ends early is reported', async () => {
    const { events, frame } = FIXTURES.find(({ dialect }) => dialect === 'anthropic-on-bedrock') ?? {}
    const executed = await execute(frame?.(events?.slice(0, 7) ?? []) ?? '')
    expect(String(executed.broken?.cause)).toBe('Error: the stream ended before the model had finished')
    expect(codesOf(executed)).toEqual(['incomplete_call'])
  })

  test('bad inputs 1 to 13: calls of unknown tools, by any name', async () => {
    const names = [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      '',
      'rm ',
      'Rm',
      'r\u200Bm',
      'a\0b',
      '../rm',
    ]
    const executed = await execute(messagesAnswer(...names.map((name, i) => [`id_${i}`, name, {}] as const)))
    expect(codesOf(executed)).toEqual(names.map(() => 'unknown_tool'))
    expect(executed.results.map(({ name }) => name)).toEqual(names)
  })
})

describe('identity', () => {
  test('I3, bad input 16: two calls with the same id are kept apart', async () => {
    const executed = await execute(messagesAnswer(['same', 'rm', { n: 1 }], ['same', 'rm', { n: 2 }]))
    expect(executed.ran).toEqual([{ n: 1 }, { n: 2 }])
    expect(executed.calls).toEqual([
      { index: 0, id: 'same', name: 'rm', arguments: { n: 1 } },
      { index: 1, id: 'same', name: 'rm', arguments: { n: 2 } },
    ])
    expect(executed.message).toMatchObject([{ content: [{ tool_use_id: 'same' }, { tool_use_id: 'same' }] }])
  })

  test('calls that the provider runs itself are counted, and are absent from the message', async () => {
    const body = JSON.stringify({
      type: 'message',
      id: 'm',
      model: 'm',
      role: 'assistant',
      content: [
        { type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: { query: 'tides' } },
        { type: 'web_search_tool_result', tool_use_id: 'srv_1', content: [] },
        { type: 'tool_use', id: 'toolu_1', name: 'rm', input: { n: 1 } },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 1, output_tokens: 1 },
    })
    const executed = await execute(body)
    expect([executed.leftToProvider, executed.calls.map(({ id }) => id)]).toEqual([1, ['toolu_1']])
    expect(executed.message).toMatchObject([{ content: [{ tool_use_id: 'toolu_1' }] }])
  })
})

test("a call that turns out to be the provider's own gets no result", async () => {
  const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } }
  const parts = [
    { type: 'tool-input-start', id: 'srv', toolName: 'rm' },
    { type: 'tool-call', toolCallId: 'srv', toolName: 'rm', input: '{"n":0}', providerExecuted: true },
    { type: 'tool-call', toolCallId: 'own', toolName: 'rm', input: '{"n":1}' },
    { type: 'finish', finishReason: { unified: 'tool-calls', raw: undefined }, usage },
  ] as LanguageModelV4StreamPart[]
  const { model } = await openRecorded(messagesAnswer())
  const ran: unknown[] = []
  const executed = await executeTurn({
    model: { ...model, doStream: async () => ({ stream: streamOf(parts) }) },
    executor: { tools: [{ name: 'rm', execute: (input: unknown) => ran.push(input) }] },
    signal: new AbortController().signal,
    emit: () => {},
  })
  expect(ran).toEqual([{ n: 1 }])
  expect(executed.calls).toEqual([{ index: 1, id: 'own', name: 'rm', arguments: { n: 1 } }])
  expect([executed.results.map(({ id }) => id), executed.leftToProvider]).toEqual([['own'], 1])
})

describe('an execution', () => {
  test('emits the events of a run: one turn, each call with its arguments before it starts', async () => {
    const { events } = await execute(messagesAnswer(['a', 'rm', { n: 1 }]))
    const order = events.map(({ type }) => type)
    expect(order[0]).toBe('turn_started')
    expect(order.at(-1)).toBe('turn_finished')
    for (const [before, after] of [
      ['call_arriving', 'call_arguments'],
      ['call_arguments', 'started'],
      ['started', 'settled'],
    ] as const)
      expect(order.indexOf(before)).toBeLessThan(order.indexOf(after))
    expect(order).toContain('call_arguments')
    expect(events).toContainEqual({ type: 'call_arguments', turn: 0, index: 0, arguments: '{"n":1}' })
  })

  test('an abort settles running calls and starts no others (I13, I14)', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const started: number[] = []
    const deaf: AnyTool = {
      name: 'deaf',
      execute: (_input: unknown, { index }: { index: number }) => {
        started.push(index)
        return new Promise(() => {})
      },
    }
    const calls = [0, 1, 2].map((n) => [`id_${n}`, 'deaf', {}] as const)
    const { model } = await openRecorded(messagesAnswer(...calls))
    const executed = await clock.runUntil(
      executeTurn({
        model,
        executor: { tools: [deaf], maxParallelTools: 1, clock },
        signal: controller.signal,
        emit: ({ type }) => {
          if (type === 'model_finished') controller.abort()
        },
      }),
    )
    expect(started).toEqual([0])
    expect(executed.results.map(({ status, execution }) => [status, execution])).toEqual([
      ['aborted', 'unknown'],
      ['aborted', 'none'],
      ['aborted', 'none'],
    ])
    expect(executed.abandoned).toBe(1)
  })
})

function streamOf(parts: readonly LanguageModelV4StreamPart[]): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })
}

describe('different names at provider and tool', () => {
  const list: AnyTool = { name: 'admin.tools.list', execute: () => 'listed' }

  test("a call by the sent name of a tool runs it, and events and results have the tool's own name", async () => {
    const call = { id: 'a', type: 'function', function: { name: 'admin_tools_list', arguments: '{}' } }
    const { results, events } = await execute(chunk({ tool_calls: [{ index: 0, ...call }] }) + end('tool_calls'), [
      list,
    ])
    expect(results).toMatchObject([{ name: 'admin.tools.list', success: true, data: 'listed' }])
    expect(events.flatMap((event) => (event.type === 'call_arriving' ? [event.name] : []))).toEqual([
      'admin.tools.list',
    ])
  })

  test('the message for a provider that requires names has the sent name', async () => {
    const part = { functionCall: { name: 'admin_tools_list', args: {} } }
    const answer = { candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP' }] }
    const { message } = await execute(JSON.stringify(answer), [list])
    expect(JSON.stringify(message)).toContain('"name":"admin_tools_list"')
  })

  test.each(['null', ' null ', ''])('arguments %j count as missing', async (text) => {
    const both =
      begin +
      more(text) +
      chunk({ tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'rm', arguments: '{"n":1}' } }] })
    const { ran } = await execute(both + end('tool_calls'))
    expect(ran).toEqual([{}, { n: 1 }])
  })
})
