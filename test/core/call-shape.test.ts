import { describe, expect, test } from 'vitest'
import { defineTool, MisuseError, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'

const started: unknown[] = []
const tool = defineTool({ name: 'pay', execute: (input) => started.push(input) })
const executor = new ToolExecutor({ tools: [tool] })

const error = async (call: object): Promise<unknown> => {
  started.length = 0
  const whole = await executor.executeTools([call as never, { id: 'next', name: 'pay', arguments: {} }])
  const batch = executor.openBatch()
  batch.add(call as never)
  batch.close()
  const [one] = whole
  expect(await batch.results()).toMatchObject([{ status: 'invalid', execution: 'none' }])
  expect(whole).toMatchObject([{ status: 'invalid', execution: 'none' }, { status: 'succeeded' }])
  expect(started).toEqual([{}])
  return one?.success === false && one.error
}

async function misuseIn(promise: Promise<unknown>): Promise<MisuseError> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(thrown instanceof MisuseError)) throw new Error('expected a MisuseError', { cause: thrown })
  return thrown
}

describe('a call in the form of a provider never runs, and the result names what makes calls of it', () => {
  test.each([
    ['Anthropic', { type: 'tool_use', id: '1', name: 'pay', input: { to: 'Anna' } }, 'anthropic.calls(answer)'],
    ['Anthropic, without its type', { id: '1', name: 'pay', input: {} }, 'anthropic.calls(answer)'],
    [
      'Chat Completions',
      { id: '1', type: 'function', function: { name: 'pay', arguments: '{}' } },
      'openaiChat.calls(answer)',
    ],
    [
      'Responses',
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'pay', arguments: '{}' },
      'openaiResponses.calls(answer)',
    ],
    ['Gemini part', { functionCall: { name: 'pay', args: {} } }, 'gemini.calls(answer)'],
    ['Gemini call', { name: 'pay', args: {} }, 'gemini.calls(answer)'],
    [
      'AI SDK',
      { type: 'tool-call', toolCallId: '1', toolName: 'pay', input: {} },
      '{ id: toolCallId, name: toolName, arguments: input }',
    ],
  ])('%s', async (_, call, remedy) => {
    expect(await error(call)).toMatchObject({ code: 'malformed_call', message: expect.stringContaining(remedy) })
  })
})

describe('a call with a property that no call has never runs', () => {
  test.each([
    [{ dependOn: ['0'] }, "A call has no 'dependOn'. Did you mean dependsOn?"],
    [{ timeout: 5 }, "A call has no 'timeout'. Did you mean timeoutMs?"],
    [
      { colour: 'red' },
      "A call has no 'colour'. Known are id, name, arguments, incomplete, dependsOn, timeoutMs, idleTimeoutMs, deadlineMs, priority.",
    ],
  ])('%j', async (more, message) => {
    const call = { id: '1', name: 'pay', arguments: {}, ...more }
    expect(await error(call)).toMatchObject({ code: 'malformed_call', message })
  })

  test('optional properties that are undefined, and a call of a class, are calls', async () => {
    class Call {
      readonly id = '2'
      readonly name = 'pay'
      get arguments(): object {
        return {}
      }
    }
    const results = await executor.executeTools([
      { id: '1', name: 'pay', arguments: {}, priority: undefined, dependsOn: undefined } as never,
      new Call(),
    ])
    expect(results).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }])
  })
})

describe('an answer in place of calls is a MisuseError that names what makes calls of it', () => {
  test.each([
    [{ choices: [] }, 'openaiChat'],
    [{ role: 'assistant', tool_calls: [] }, 'openaiChat'],
    [{ output: [] }, 'openaiResponses'],
    [{ candidates: [] }, 'gemini'],
    [{ role: 'assistant', content: [] }, 'anthropic'],
  ])('%j', async (answer, dialect) => {
    const { message } = await misuseIn(executor.executeTools(answer as never))
    expect(message).toBe(
      `calls: expected an array of tool calls (${dialect}.calls(answer) of 'aof-runtime/messages' makes calls of a whole answer), got an object.`,
    )
  })
})
