import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callIds } from '../../packages/aof-runtime/src/agent/history.ts'
import { type AgentMessage, mendHistory } from '../../packages/aof-runtime/src/agent/index.ts'
import { callsOf, historyFaults, resultsOf } from './history-faults.ts'
import { approval, assistant, call, providerCall, result, system, text, tool, user } from './messages.ts'
import { anyHistory, validHistory } from './random-history.ts'

const lost = (id: string, name = 'work') => ({
  type: 'tool-result',
  toolCallId: id,
  toolName: name,
  output: {
    type: 'error-json',
    value: {
      error: { code: 'aborted', message: 'The result of this call was lost; the tool may or may not have run.' },
    },
  },
})

/** Fails where anything writes to what it was given. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}

const outputsOf = (message: AgentMessage): unknown[] =>
  message.role === 'tool' ? message.content.flatMap((part) => (part.type === 'tool-result' ? [part.output] : [])) : []

describe('the strict checker of the tests', () => {
  const calls = assistant(call('a'), call('b'))
  test.each<[string, AgentMessage[]]>([
    ['no result', [calls, user('x')]],
    ['a result too few', [calls, tool(result('a'))]],
    ['a result too many', [calls, tool(result('a'), result('b'), result('b'))]],
    ['the other order', [calls, tool(result('b'), result('a'))]],
    ['another name', [assistant(call('a')), tool(result('a', 'ok', 'other'))]],
    ['results in two messages', [calls, tool(result('a')), tool(result('b'))]],
    ['something in between', [calls, user('x'), tool(result('a'), result('b'))]],
    ['a result without a call', [user('x'), tool(result('a'))]],
    ['an id twice', [assistant(call('a')), tool(result('a')), assistant(call('a')), tool(result('a'))]],
    ['an empty message', [assistant()]],
  ])('the strict checker of the tests finds %s', (_, history) => expect(historyFaults(history)).not.toEqual([]))
})

describe('I4: mendHistory', () => {
  test('I4: a valid history stays unchanged, with the same message objects', () => {
    const history = frozen([
      system('s'),
      user('u'),
      assistant(text('t'), call('a'), providerCall('p'), result('p'), call('a_2')),
      tool(result('a'), approval('x'), result('a_2')),
      assistant(text('end')),
    ])
    // An approval may stand anywhere among the results; it is put behind them.
    expect(mendHistory(history)).toEqual([
      ...history.slice(0, 3),
      tool(result('a'), result('a_2'), approval('x')),
      history[4],
    ])
    const valid = [...history.slice(0, 3), tool(result('a'), result('a_2'), approval('x')), assistant(text('end'))]
    mendHistory(valid).forEach((message, i) => expect(message).toBe(valid[i]))
  })

  test('I4: a call without a result gets one that says so, at its place', () => {
    const history = [user('u'), assistant(call('a'), call('b'), call('c', 'other')), tool(result('b'))]
    expect(mendHistory(history)).toEqual([
      history[0],
      history[1],
      tool(lost('a') as never, result('b'), lost('c', 'other') as never),
    ])
    expect(mendHistory([assistant(call('a'))])).toEqual([assistant(call('a')), tool(lost('a') as never)])
  })

  test('I4: a result without a call is left out, and so is a second one for the same call', () => {
    expect(
      mendHistory([tool(result('x')), user('u'), tool(result('y')), assistant(text('t')), tool(result('z'))]),
    ).toEqual([user('u'), assistant(text('t'))])
    expect(mendHistory([assistant(call('a')), tool(result('a', 'first'), result('a', 'second'), result('b'))])).toEqual(
      [assistant(call('a')), tool(result('a', 'first'))],
    )
  })

  test('I4: a result before a call does not belong to it', () => {
    expect(mendHistory([tool(result('a')), assistant(call('a'))])).toEqual([
      assistant(call('a')),
      tool(lost('a') as never),
    ])
  })

  test('I4: results are put into call order, from several messages into one', () => {
    const first = { ...tool(result('c')), providerOptions: { some: { cache: true } } }
    expect(mendHistory([assistant(call('a'), call('b'), call('c')), first, tool(result('b'), result('a'))])).toEqual([
      assistant(call('a'), call('b'), call('c')),
      { ...tool(result('a'), result('b'), result('c')), providerOptions: { some: { cache: true } } },
    ])
  })

  test('I4: a late result, after a message of the user, is moved to its call', () => {
    const history = [
      assistant(call('a'), call('b')),
      tool(result('b')),
      user('and?'),
      assistant(text('wait')),
      tool(result('a')),
    ]
    expect(mendHistory(history)).toEqual([
      assistant(call('a'), call('b')),
      tool(result('a'), result('b')),
      user('and?'),
      assistant(text('wait')),
    ])
  })

  test('I4, bad input 16: two calls with one id in a turn keep their results, in order', () => {
    expect(mendHistory([assistant(call('a'), call('a'), call('a')), tool(result('a', '1'), result('a', '2'))])).toEqual(
      [
        assistant(call('a'), call('a_2'), call('a_3')),
        tool(result('a', '1'), result('a_2', '2'), lost('a_3') as never),
      ],
    )
  })

  test('I4, bad input 17: with an id of an earlier turn, a result belongs to the last call before it', () => {
    expect(mendHistory([assistant(call('a')), assistant(call('a')), tool(result('a', '2'))])).toEqual([
      assistant(call('a')),
      tool(lost('a') as never),
      assistant(call('a_2')),
      tool(result('a_2', '2')),
    ])
    const turn = [assistant(call('a')), tool(result('a', '1'))]
    expect(mendHistory([...turn, ...turn])).toEqual([...turn, assistant(call('a_2')), tool(result('a_2', '1'))])
  })

  test('I4, bad inputs 18 to 20: missing and empty ids are replaced', () => {
    expect(mendHistory([assistant(call(''), call('')), tool(result('', '1'), result('', '2'))])).toEqual([
      assistant(call('call'), call('call_2')),
      tool(result('call', '1'), result('call_2', '2')),
    ])
  })

  test('I4: a result gets the name of its call', () => {
    expect(mendHistory([assistant(call('a', 'right')), tool(result('a', 'ok', 'wrong'))])).toEqual([
      assistant(call('a', 'right')),
      tool(result('a', 'ok', 'right')),
    ])
  })

  test("I4: the provider's own calls stay, and so do approvals", () => {
    const history = frozen([
      assistant(providerCall('p'), result('p'), call('a')),
      tool(result('a')),
      assistant(providerCall('q')),
      tool(approval('q')),
      user('u'),
    ])
    mendHistory(history).forEach((message, i) => expect(message).toBe(history[i]))
    expect(mendHistory([user('u'), tool(result('x'), approval('p'))])).toEqual([user('u'), tool(approval('p'))])
  })

  test('I4: an empty assistant message is left out, other messages are not', () => {
    const empty: AgentMessage = { role: 'user', content: [] }
    expect(mendHistory([assistant(), empty, tool(), assistant(text('t'))])).toEqual([empty, assistant(text('t'))])
  })

  test('I4: assistant messages on both sides of an empty message become one answer', () => {
    const history = [assistant(call('a')), tool(result('a')), assistant(), tool(approval('p'))]
    expect(mendHistory(history)).toEqual([assistant(call('a')), tool(result('a'), approval('p'))])
  })

  test('I4: a repair does not invent an id that a later call has', () => {
    const history = [
      assistant(call('a'), call('a'), call('a_2')),
      tool(result('a', '1'), result('a', '2'), result('a_2', '3')),
    ]
    expect(mendHistory(history)).toEqual([
      assistant(call('a'), call('a_2'), call('a_2_2')),
      tool(result('a', '1'), result('a_2', '2'), result('a_2_2', '3')),
    ])
  })

  test('I4: all ids of a history are reserved', () => {
    const ids = callIds([assistant(call('a'), providerCall('p')), tool(result('a')), assistant(call('b'))])
    expect(['a', 'b', 'p', 'c'].map((id) => ids.take(id))).toEqual(['a_2', 'b_2', 'p', 'c'])
  })

  test('I4: twenty thousand calls with one id, and as many results, are repaired', () => {
    const ids = Array.from({ length: 20_000 }, () => 'same')
    const mended = mendHistory([assistant(...ids.map((id) => call(id))), tool(...ids.map((id) => result(id)))])
    expect(historyFaults(mended)).toEqual([])
    expect(resultsOf(mended[1])).toHaveLength(20_000)
  })

  test('S13: any history is valid after the repair, and a second repair changes nothing', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const mended = mendHistory(frozen(history))
        expect(historyFaults(mended)).toEqual([])
        const again = mendHistory(mended)
        expect(again).toHaveLength(mended.length)
        again.forEach((message, i) => expect(message).toBe(mended[i]))
      }),
      { numRuns: 5_000 },
    )
  })

  test('S13: every prefix of a valid history is valid after the repair, and complete messages stay the same objects', () => {
    fc.assert(
      fc.property(validHistory, (history) => {
        expect(historyFaults(history)).toEqual([])
        for (let end = 0; end <= history.length; end++) {
          const mended = mendHistory(history.slice(0, end))
          expect(historyFaults(mended)).toEqual([])
          for (let i = 0; i < end; i++) expect(mended[i]).toBe(history[i])
          expect(mended.length).toBe(callsOf(history[end - 1]).length > 0 ? end + 1 : end)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('S13: no call and no user message is lost, and a result after its call is kept', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const mended = mendHistory(history)
        expect(mended.flatMap((message) => callsOf(message))).toHaveLength(
          history.flatMap((message) => callsOf(message)).length,
        )
        const others = (from: readonly AgentMessage[]): AgentMessage[] =>
          from.filter(({ role }) => role === 'user' || role === 'system')
        expect(others(mended)).toEqual(others(history))
        const ids = history.flatMap((message) => callsOf(message).map(({ id }) => id))
        const answered = history.flatMap((message) => resultsOf(message).map(({ id }) => id))
        const once = (id: string, all: string[]): boolean => all.filter((other) => other === id).length === 1
        const outputs = mended.flatMap(outputsOf)
        history.forEach((message, i) => {
          resultsOf(message).forEach(({ id }, place) => {
            const isAsked = history.slice(0, i).some((earlier) => callsOf(earlier).some((one) => one.id === id))
            if (isAsked && once(id, ids) && once(id, answered)) expect(outputs).toContain(outputsOf(message)[place])
          })
        })
      }),
      { numRuns: 1_000 },
    )
  })
})
