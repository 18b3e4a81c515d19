import { describe, expect, test } from 'vitest'
import { anthropic } from './bodies/anthropic.ts'
import { bedrock } from './bodies/bedrock.ts'
import { cohere } from './bodies/cohere.ts'
import { gemini } from './bodies/gemini.ts'
import { ollama } from './bodies/ollama.ts'
import { openaiChat } from './bodies/openai-chat.ts'
import { openaiResponses } from './bodies/openai-responses.ts'
import { type DialectBodies, sse } from './bodies/dialect.ts'
import { inAgent } from './drivers/in-agent.ts'
import { inExec } from './drivers/in-exec.ts'
import { inMessages } from './drivers/in-messages.ts'

const call = (id: unknown, called: object): object => ({ id, type: 'function', function: { name: 'write', ...called } })
const choice = (index: number, key: 'message' | 'delta', said: object, finish_reason: string | null): object => ({
  index,
  [key]: { role: 'assistant', ...said },
  finish_reason,
})
const body = (object: string, ...choices: object[]): object => ({ id: 'c', object, created: 0, model: 'm', choices })
const ok = { arguments: { n: 1 }, said: 'ok {"n":1}' }

describe('an answer with text in the first choice and calls in the second', () => {
  const calls = [{ index: 0, ...call('a', { arguments: '{"n":1}' }) }]
  const whole = body(
    'chat.completion',
    choice(0, 'message', { content: 'I write.' }, 'tool_calls'),
    choice(1, 'message', { content: null, tool_calls: calls }, 'tool_calls'),
  )

  test('calls in the second choice of a whole answer run in every room', async () => {
    expect(await inMessages(openaiChat, whole)).toEqual({ ran: [{ n: 1 }], reads: [ok] })
    expect(await inAgent(openaiChat, whole)).toEqual({ ran: [{ n: 1 }], reads: [ok] })
    expect(await inExec(openaiChat, whole)).toEqual({ ran: [{ n: 1 }], reads: [{ said: ok.said }] })
  })

  test('the last call in the second choice of a cut-off answer runs in no room', async () => {
    const cut = JSON.parse(
      JSON.stringify(whole)
        .replaceAll('"tool_calls","', '"length","')
        .replaceAll('"finish_reason":"tool_calls"', '"finish_reason":"length"'),
    ) as object
    for (const outcome of [
      await inMessages(openaiChat, cut),
      await inAgent(openaiChat, cut),
      await inExec(openaiChat, cut),
    ])
      expect(outcome).toMatchObject({
        ran: [],
        reads: [{ said: expect.stringContaining('incomplete_call: ') as string }],
      })
  })

  test('exec runs calls in the second choice of a stream', async () => {
    const stream = `${sse([
      body('chat.completion.chunk', choice(0, 'delta', { content: 'I write.' }, null)),
      body('chat.completion.chunk', choice(0, 'delta', {}, null), choice(1, 'delta', { tool_calls: calls }, null)),
      body('chat.completion.chunk', choice(0, 'delta', {}, 'tool_calls'), choice(1, 'delta', {}, 'tool_calls')),
    ])}data: [DONE]\n\n`
    expect(await inExec(openaiChat, stream)).toEqual({ ran: [{ n: 1 }], reads: [{ said: ok.said }] })
  })
})

describe('one malformed call of a Chat Completions answer does not affect the others', () => {
  test.each<[string, object, string]>([
    ['a numeric id', call(7, { arguments: '{"n":2}' }), 'ok {"n":2}'],
    ['no id', call(undefined, { arguments: '{"n":2}' }), 'ok {"n":2}'],
    ['no name', { id: 'b', type: 'function', function: { arguments: '{}' } }, 'unknown_tool: '],
    ['a call of a custom tool', { id: 'b', type: 'custom', custom: { name: 'patch', input: 'x' } }, 'unknown_tool: '],
    ['no function', { id: 'b', type: 'function' }, 'unknown_tool: '],
  ])('a Chat Completions answer with %s runs its other call', async (_what, odd, begins) => {
    const answer = body(
      'chat.completion',
      choice(0, 'message', { content: null, tool_calls: [call('a', { arguments: '{"n":1}' }), odd] }, 'tool_calls'),
    )
    for (const { ran, reads } of [await inExec(openaiChat, answer), await inAgent(openaiChat, answer)]) {
      expect(ran[0]).toEqual({ n: 1 })
      expect(reads.map(({ said }) => said)).toEqual([ok.said, expect.stringMatching(`^${begins}`) as string])
    }
  })
})

describe('one malformed call of an answer does not affect the others in aof exec', () => {
  const usage = { input_tokens: 1, output_tokens: 1 }
  const item = (more: object): object => ({
    type: 'function_call',
    id: 'f2',
    call_id: 'c2',
    name: 'write',
    arguments: '{"n":2}',
    status: 'completed',
    ...more,
  })
  const responses = (odd: object): object => ({
    object: 'response',
    id: 'r',
    created_at: 1,
    model: 'm',
    status: 'completed',
    output: [item({ id: 'f1', call_id: 'c1', arguments: '{"n":1}' }), odd],
    usage,
  })
  const message = (odd: object): object => ({
    type: 'message',
    id: 'm',
    role: 'assistant',
    model: 'm',
    content: [{ type: 'tool_use', id: 'a', name: 'write', input: { n: 1 } }, odd],
    stop_reason: 'tool_use',
    usage,
  })
  const candidate = (odd: object): object => {
    const parts = [{ functionCall: { name: 'write', args: { n: 1 } } }, { functionCall: odd }]
    return { candidates: [{ finishReason: 'STOP', content: { role: 'model', parts } }] }
  }
  const converse = (odd: object): object => {
    const content = [{ toolUse: { toolUseId: 'a', name: 'write', input: { n: 1 } } }, { toolUse: odd }]
    return {
      output: { message: { role: 'assistant', content } },
      stopReason: 'tool_use',
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    }
  }
  const cohereChat = (odd: object): object => ({
    id: 'c',
    finish_reason: 'TOOL_CALL',
    message: { role: 'assistant', tool_calls: [call('a', { arguments: '{"n":1}' }), odd] },
    usage: { tokens: usage },
  })
  const ollamaChat = (odd: object): object => ({
    model: 'm',
    created_at: '2026-01-01T00:00:00Z',
    message: {
      role: 'assistant',
      content: '',
      tool_calls: [{ function: { name: 'write', arguments: { n: 1 } } }, odd],
    },
    done: true,
    done_reason: 'stop',
  })
  const none = { arguments: undefined }

  test.each<[string, DialectBodies, object, string]>([
    ['Responses, no arguments', openaiResponses, responses(item(none)), 'ok {}'],
    ['Responses, a numeric call_id', openaiResponses, responses(item({ call_id: 7 })), 'ok {"n":2}'],
    ['Responses, no call_id', openaiResponses, responses(item({ call_id: undefined })), 'ok {"n":2}'],
    ['Responses, no id of the item', openaiResponses, responses(item({ id: undefined })), 'ok {"n":2}'],
    ['Responses, no name', openaiResponses, responses(item({ name: undefined })), 'unknown_tool'],
    ['Messages, a numeric id', anthropic, message({ type: 'tool_use', id: 7, name: 'write', input: {} }), 'ok {}'],
    ['Messages, no input', anthropic, message({ type: 'tool_use', id: 'b', name: 'write' }), 'ok {}'],
    ['Messages, no name', anthropic, message({ type: 'tool_use', id: 'b', input: {} }), 'unknown_tool'],
    ['Gemini, a numeric id', gemini, candidate({ id: 7, name: 'write', args: {} }), 'ok {}'],
    ['Gemini, no name', gemini, candidate({ args: {} }), 'unknown_tool'],
    ['Converse, a numeric id', bedrock, converse({ toolUseId: 7, name: 'write', input: {} }), 'ok {}'],
    ['Converse, no name', bedrock, converse({ toolUseId: 'b', input: {} }), 'unknown_tool'],
    ['Cohere, a numeric id', cohere, cohereChat(call(7, { arguments: '{}' })), 'ok {}'],
    ['Cohere, no name', cohere, cohereChat({ id: 'b', type: 'function', function: {} }), 'unknown_tool'],
    ['Ollama, no name', ollama, ollamaChat({ function: { arguments: {} } }), 'unknown_tool'],
    ['Ollama, nothing at all', ollama, ollamaChat({}), 'unknown_tool'],
  ])('aof exec runs the other call of an answer: %s', async (_what, bodies, answer, begins) => {
    const { ran, reads } = await inExec(bodies, answer)
    expect(ran[0]).toEqual({ n: 1 })
    expect(reads.map(({ said }) => said.slice(0, begins.length))).toEqual([ok.said.slice(0, begins.length), begins])
  })

  test('the call of a failed Responses answer is refused, and the body is accepted', async () => {
    const failed = { ...responses(item({})), status: 'failed', error: { code: 'server_error', message: 'It broke.' } }
    const { ran, reads } = await inExec(openaiResponses, failed)
    expect(ran).toEqual([{ n: 1 }])
    expect(reads[1]?.said).toMatch(/^incomplete_call: The answer was cut off by an error of the provider/)
  })
})
