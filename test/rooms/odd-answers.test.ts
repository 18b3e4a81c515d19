import { describe, expect, test } from 'vitest'
import { openaiChat } from './bodies/openai-chat.ts'
import { sse } from './bodies/dialect.ts'
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

describe('text in the first choice and the calls in the second', () => {
  const calls = [{ index: 0, ...call('a', { arguments: '{"n":1}' }) }]
  const whole = body(
    'chat.completion',
    choice(0, 'message', { content: 'I write.' }, 'tool_calls'),
    choice(1, 'message', { content: null, tool_calls: calls }, 'tool_calls'),
  )

  test('of a whole answer: the calls run in every room', async () => {
    expect(await inMessages(openaiChat, whole)).toEqual({ ran: [{ n: 1 }], reads: [ok] })
    expect(await inAgent(openaiChat, whole)).toEqual({ ran: [{ n: 1 }], reads: [ok] })
    expect(await inExec(openaiChat, whole)).toEqual({ ran: [{ n: 1 }], reads: [{ said: ok.said }] })
  })

  test('that was cut off: no room runs the last of them', async () => {
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

  test('of a stream: exec runs them', async () => {
    const stream = `${sse([
      body('chat.completion.chunk', choice(0, 'delta', { content: 'I write.' }, null)),
      body('chat.completion.chunk', choice(0, 'delta', {}, null), choice(1, 'delta', { tool_calls: calls }, null)),
      body('chat.completion.chunk', choice(0, 'delta', {}, 'tool_calls'), choice(1, 'delta', {}, 'tool_calls')),
    ])}data: [DONE]\n\n`
    expect(await inExec(openaiChat, stream)).toEqual({ ran: [{ n: 1 }], reads: [{ said: ok.said }] })
  })
})

describe('one odd call of a Chat Completions answer takes no other with it', () => {
  test.each<[string, object, string]>([
    ['a numeric id', call(7, { arguments: '{"n":2}' }), 'ok {"n":2}'],
    ['no id', call(undefined, { arguments: '{"n":2}' }), 'ok {"n":2}'],
    ['no name', { id: 'b', type: 'function', function: { arguments: '{}' } }, 'unknown_tool: '],
    ['a call of a custom tool', { id: 'b', type: 'custom', custom: { name: 'patch', input: 'x' } }, 'unknown_tool: '],
    ['no function', { id: 'b', type: 'function' }, 'unknown_tool: '],
  ])('%s', async (_what, odd, begins) => {
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
