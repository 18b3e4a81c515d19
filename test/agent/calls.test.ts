import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { describe, expect, test } from 'vitest'
import type { AgentMessage } from '../../packages/aof-runtime/src/agent/index.ts'
import { bench, type Bench, eventsOf, finish, inWords, toolCall } from './harness.ts'
import { callsOf, historyFaults, ownFaults } from './history-faults.ts'
import { assistant, call, result, tool, user } from './messages.ts'

const begins = (id: string, toolName: string, more: object = {}): LanguageModelV4StreamPart => ({
  type: 'tool-input-start',
  id,
  toolName,
  ...more,
})
const providerCall = (toolCallId: string): LanguageModelV4StreamPart => ({
  ...(toolCall(toolCallId, 'web_search', '{"q":"x"}') as Extract<LanguageModelV4StreamPart, { type: 'tool-call' }>),
  providerExecuted: true,
})
const providerResult = (toolCallId: string, more: object = {}): LanguageModelV4StreamPart => ({
  type: 'tool-result',
  toolCallId,
  toolName: 'web_search',
  result: { found: 1 },
  ...more,
})

/** Plays one turn of these parts, then an answer. */
async function play(
  given: Bench,
  parts: readonly LanguageModelV4StreamPart[],
  names: readonly string[] = ['work'],
  before: readonly AgentMessage[] = [user('x')],
) {
  const talks = given.model([parts, { text: 'ok' }])
  const run = given.agent({ model: talks, tools: names.map((name) => given.tool(name)) }).run({ messages: before })
  const ended = await given.end(run)
  expect(historyFaults(ended.messages)).toEqual([])
  expect(ownFaults(ended.messages, names)).toEqual([])
  if (talks.calls.length > 1) expect(talks.calls[1]?.prompt).toEqual(ended.messages.slice(0, -1))
  return { ended, turn: ended.messages.slice(before.length), events: (await eventsOf(run)).map(inWords) }
}

describe('I3: ids of calls', () => {
  test('I3, bad input 16: two calls with one id both run, and each has its own result', async () => {
    const given = bench()
    const { turn } = await play(
      given,
      [toolCall('a', 'work', '{"n":1}'), toolCall('a', 'work', '{"n":2}'), toolCall('a', 'other', '{}'), finish()],
      ['work', 'other'],
    )
    expect(given.starts.map(({ input }) => input)).toEqual([{ n: 1 }, { n: 2 }, {}])
    expect(new Set(given.starts.map(({ key }) => key)).size).toBe(3)
    expect(turn[0]).toEqual(assistant(call('a', 'work', { n: 1 }), call('a_2', 'work', { n: 2 }), call('a_3', 'other')))
    expect(turn[1]).toEqual(
      tool(result('a', 'work done'), result('a_2', 'work done'), result('a_3', 'other done', 'other')),
    )
  })

  test('I3: two calls with one id may begin before either is complete', async () => {
    const given = bench()
    const { turn } = await play(given, [
      begins('a', 'work'),
      begins('a', 'work'),
      toolCall('a', 'work', '{"n":1}'),
      toolCall('a', 'work', '{"n":2}'),
      finish(),
    ])
    expect(given.starts.map(({ input }) => input)).toEqual([{ n: 1 }, { n: 2 }])
    expect(turn[0]).toEqual(assistant(call('a', 'work', { n: 1 }), call('a_2', 'work', { n: 2 })))
  })

  test('I3, bad input 17: an id of an earlier turn, of this run or of the history, is made unique', async () => {
    const given = bench()
    const before = [user('u'), assistant(call('a')), tool(result('a')), user('v')]
    const again = [toolCall('a', 'work'), finish()]
    const talks = given.model([again, again, { text: 'ok' }])
    const ended = await given.end(given.agent({ model: talks, tools: [given.tool('work')] }).run({ messages: before }))
    expect(ended.messages.flatMap((message) => callsOf(message).map(({ id }) => id))).toEqual(['a', 'a_2', 'a_3'])
    expect(historyFaults(ended.messages)).toEqual([])
  })

  test.each([
    ['18: missing', undefined],
    ['19: __proto__', '__proto__'],
    ['20: empty', ''],
    ['a number', 7],
    ['null', null],
  ])('I3, bad input %s', async (_, id) => {
    const given = bench()
    const { turn } = await play(given, [
      begins(id as string, 'work'),
      toolCall(id as string, 'work', '{"n":1}'),
      toolCall(id as string, 'work', '{"n":2}'),
      finish(),
    ])
    expect(given.starts).toHaveLength(2)
    expect(callsOf(turn[0]).map((one) => one.id)).toEqual(id === '__proto__' ? [id, `${id}_2`] : ['call', 'call_2'])
  })

  test('I3, bad input 21: an id of a megabyte is shortened to one that providers accept', async () => {
    const { turn } = await play(bench(), [toolCall('i'.repeat(1_000_000), 'work'), finish()])
    expect(callsOf(turn[0])[0]?.id).toMatch(/^i{30}_[A-Za-z0-9]{9}$/)
  })
})

describe('names of calls', () => {
  test('bad inputs 1, 2: `__proto__` and `constructor` are tools if they are registered', async () => {
    const given = bench()
    const names = ['__proto__', 'constructor', 'toString']
    const { turn, ended } = await play(given, [...names.map((name, i) => toolCall(`c${i}`, name)), finish()], names)
    expect(given.starts.map(({ name }) => name)).toEqual(names)
    expect(ended.calls).toMatchObject({ total: 3, succeeded: 3 })
    expect(callsOf(turn[0]).map(({ name }) => name)).toEqual(['__proto___', 'constructor_', 'toString_'])
  })

  test.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    'work ',
    'Work',
    'wоrk',
    'wor\u200bk',
    '../../etc',
    'a\0b',
    'work<|channel|>json',
    'n'.repeat(65_536),
  ])(
    'bad inputs 1 to 13: %j is not a tool; its result says so, under a name that every provider accepts',
    async (name) => {
      const given = bench()
      for (const parts of [[toolCall('a', name)], [begins('a', name), toolCall('a', name)]]) {
        const { turn, ended } = await play(given, [...parts, finish()])
        expect(turn[1]).toMatchObject({ content: [{ output: { value: { error: { code: 'unknown_tool' } } } }] })
        expect(ended.calls).toMatchObject({ total: 1, failed: 1 })
      }
      expect(given.starts).toEqual([])
    },
  )

  test('bad input 14: a call whose name is not a string is answered', async () => {
    for (const name of [undefined, null, 7, {}]) {
      const given = bench()
      const { ended } = await play(given, [toolCall('a', name as never), toolCall('b', 'work'), finish()])
      expect(ended.calls).toMatchObject({ total: 2, succeeded: 1, failed: 1 })
      expect(given.starts).toHaveLength(1)
    }
  })

  test("if a call's name changes between its beginning and end, the completed one runs, and other calls keep their results", async () => {
    const given = bench()
    const { turn, ended, events } = await play(
      given,
      [toolCall('z', 'work'), begins('a', 'other'), toolCall('a', 'work'), toolCall('b', 'work'), finish()],
      ['work', 'other'],
    )
    expect(ended).toMatchObject({ status: 'done', calls: { total: 3, succeeded: 3 } })
    expect(given.starts.map(({ name }) => name)).toEqual(['work', 'work', 'work'])
    expect(callsOf(turn[0]).map(({ name }) => name)).toEqual(['work', 'work', 'work'])
    expect(events).toContain('settled 1 invalid')
  })
})

describe('the arrival of calls', () => {
  test('a call may arrive without a beginning, or complete', async () => {
    const given = bench()
    const { events } = await play(given, [begins('a', 'work'), toolCall('a', 'work'), toolCall('b', 'work'), finish()])
    expect(given.starts).toHaveLength(2)
    expect(events.filter((event) => event.startsWith('call_arriving'))).toEqual(['call_arriving 0', 'call_arriving 1'])
  })

  test('interleaved calls get their places in the order of beginnings, and start in the order of ends', async () => {
    const given = bench()
    const { turn } = await play(given, [
      begins('a', 'work'),
      begins('b', 'work'),
      begins('c', 'work'),
      toolCall('c', 'work', '{"n":3}'),
      toolCall('a', 'work', '{"n":1}'),
      toolCall('b', 'work', '{"n":2}'),
      finish(),
    ])
    expect(given.starts.map(({ input, key }) => [input['n'], key.split('/').at(-2)])).toEqual([
      [3, '2'],
      [1, '0'],
      [2, '1'],
    ])
    expect(turn[0]).toEqual(
      assistant(call('a', 'work', { n: 1 }), call('b', 'work', { n: 2 }), call('c', 'work', { n: 3 })),
    )
    expect(turn[1]).toEqual(tool(result('a', 'work done'), result('b', 'work done'), result('c', 'work done')))
  })

  test('a call that is never completed gets a result as incomplete; other calls run', async () => {
    const given = bench()
    const { turn, ended, events } = await play(given, [
      begins('a', 'work'),
      begins('b', 'work'),
      toolCall('b', 'work'),
      finish(),
    ])
    expect(callsOf(turn[0]).map(({ id }) => id)).toEqual(['a', 'b'])
    expect(turn[1]).toMatchObject({ content: [{ output: { value: { error: { code: 'incomplete_call' } } } }, {}] })
    expect(ended.calls).toMatchObject({ total: 2, succeeded: 1 })
    expect(events).toContain('settled 0 invalid')
    expect(events.at(-2)).toBe('turn_finished 0')
  })

  test("a provider's metadata is sent back with its call", async () => {
    const providerMetadata = { some: { signature: 'x' } }
    const { turn } = await play(bench(), [
      { ...toolCall('a', 'work'), providerMetadata } as LanguageModelV4StreamPart,
      finish(),
    ])
    expect(turn[0]).toMatchObject({ content: [{ providerOptions: providerMetadata }] })
  })
})

describe('calls that the provider runs itself', () => {
  test("the provider's own calls and results keep their places, do not run here, and end the run if there is no other call", async () => {
    const given = bench()
    const { turn, ended, events } = await play(
      given,
      [
        begins('p', 'web_search', { providerExecuted: true }),
        providerCall('p'),
        providerResult('p', { preliminary: true, result: 'half' }),
        providerResult('p', { providerMetadata: { some: { a: 1 } } }),
        finish('stop'),
      ],
      ['web_search'],
    )
    expect(given.starts).toEqual([])
    expect(ended).toMatchObject({ status: 'done', iterations: 1, calls: { total: 0 } })
    expect(turn).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'tool-call', toolCallId: 'p', toolName: 'web_search', input: { q: 'x' }, providerExecuted: true },
          {
            type: 'tool-result',
            toolCallId: 'p',
            toolName: 'web_search',
            output: { type: 'json', value: { found: 1 } },
            providerOptions: { some: { a: 1 } },
          },
        ],
      },
    ])
    expect(events).not.toContain('call_arriving 0')
  })

  test("the provider's own calls may stand beside other calls, also with the same id", async () => {
    const given = bench()
    const { turn } = await play(given, [
      providerCall('a'),
      toolCall('a', 'work'),
      providerResult('a', { isError: true }),
      finish(),
    ])
    expect(given.starts).toHaveLength(1)
    expect(turn[0]).toMatchObject({
      content: [{ providerExecuted: true }, { toolName: 'work' }, { output: { type: 'error-json' } }],
    })
    expect(callsOf(turn[0])).toHaveLength(1)
  })

  test("a provider's call whose answer was lost in a break is left out, and another call with its id is not", async () => {
    const given = bench()
    for (const end of [[], [finish('length')]]) {
      const { turn, ended } = await play(given, [providerCall('a'), toolCall('a', 'work'), ...end])
      expect(turn[0]).toEqual(assistant(call('a', 'work', { n: 1 })))
      expect(ended.status).toBe('done')
    }
  })

  test("a provider's call that was answered before the break stays", async () => {
    const { turn } = await play(bench(), [providerCall('p'), providerResult('p'), toolCall('a', 'work')])
    expect(turn[0]).toMatchObject({
      content: [{ toolCallId: 'p', providerExecuted: true }, { type: 'tool-result' }, { toolCallId: 'a' }],
    })
  })

  test("a provider's call that nothing will answer is left out, because providers refuse a history with it", async () => {
    const { ended, turn } = await play(bench(), [providerCall('p'), finish('stop')])
    expect(ended.status).toBe('done')
    expect(turn).toEqual([])
  })

  test("a provider's call that waits for an approval of the application stays", async () => {
    const asks = { type: 'tool-approval-request', approvalId: 'ok', toolCallId: 'p' } as LanguageModelV4StreamPart
    const { turn } = await play(bench(), [providerCall('p'), asks, finish('stop')])
    expect(turn[0]).toMatchObject({ content: [{ toolCallId: 'p', providerExecuted: true }] })
  })

  test("a provider's call that began like one of the agent's is left to the provider", async () => {
    const given = bench()
    const { turn, ended } = await play(
      given,
      [begins('p', 'web_search'), providerCall('p'), providerResult('p'), finish('stop')],
      ['web_search'],
    )
    expect(given.starts).toEqual([])
    expect(ended).toMatchObject({ status: 'done', calls: { total: 0 } })
    expect(turn[0]).toMatchObject({ content: [{ providerExecuted: true }, { type: 'tool-result' }] })
  })
})

test('a turn of ten thousand calls with one id is handled', async () => {
  const given = bench()
  const calls = Array.from({ length: 10_000 }, (_, n) => toolCall('same', 'work', `{"n":${n}}`))
  const talks = given.model([[...calls, finish()], { text: 'ok' }])
  const ended = await given.end(
    given.agent({ model: talks, tools: [given.tool('work')], maxCallsPerTurn: Infinity }).run('x'),
  )
  expect(ended).toMatchObject({ status: 'done', calls: { total: 10_000, succeeded: 10_000 } })
  expect(given.starts).toHaveLength(10_000)
  expect(historyFaults(ended.messages)).toEqual([])
})

test('I27: calls beyond the limit of a turn are rejected, the others run, and the history has all of them', async () => {
  const given = bench()
  const calls = Array.from({ length: 1_003 }, (_, n) => toolCall(`c${n}`, 'work', `{"n":${n}}`))
  const talks = given.model([[...calls, finish()], { text: 'ok' }])
  const ended = await given.end(given.agent({ model: talks, tools: [given.tool('work')] }).run('x'))
  expect(ended).toMatchObject({ status: 'done', calls: { total: 1_003, succeeded: 1_000, failed: 3 } })
  expect(given.starts).toHaveLength(1_000)
  expect(historyFaults(ended.messages)).toEqual([])
})
