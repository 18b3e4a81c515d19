import { describe, expect, test } from 'vitest'
import { type AgentMessage, mendHistory } from '../../packages/aof-runtime/src/agent/index.ts'
import { assistant, call, providerCall, result, system, text, tool, user } from './messages.ts'

const mended = (...messages: AgentMessage[]): AgentMessage[] => {
  const once = mendHistory(messages)
  mendHistory(once).forEach((message, i) => expect(message, 'mended twice').toBe(once[i]))
  return once
}
const options = { google: { thoughtSignature: 'sig' } }
const callsIn = (message: AgentMessage | undefined) =>
  message?.role === 'assistant' ? message.content.filter((part) => part.type === 'tool-call') : []
const resultsIn = (message: AgentMessage | undefined) =>
  message?.role === 'tool' ? message.content.filter((part) => part.type === 'tool-result') : []

describe('I4: text of an old history', () => {
  test('I4: blank text is left out, and so is a message without other content', () => {
    expect(mended(user('u'), assistant(text(' \n')), assistant(text(''), text('said'), text('\t')))).toEqual([
      user('u'),
      assistant(text('said')),
    ])
  })

  test('I4: blank text with metadata is kept as an empty text', () => {
    const blank = { ...text(' '), providerOptions: options } as const
    const empty = { ...text(''), providerOptions: options } as const
    expect(mended(user('u'), assistant(blank, text('said')))).toEqual([user('u'), assistant(empty, text('said'))])
  })

  test("I4: a user's blank text is left out beside other content, and stays alone", () => {
    const both: AgentMessage = { role: 'user', content: [...user(' ').content, ...user('hello').content] }
    expect(mended(both, user(' '))).toEqual([user('hello'), user(' ')])
  })

  test('bad input 33: unpaired surrogates become U+FFFD everywhere', () => {
    const half = 'half \ud83d'
    const whole = 'half \ufffd'
    expect(
      mended(
        system(half),
        user(half),
        assistant({ type: 'reasoning', text: half }, text(half), call('a', 'work', { [half]: [half] })),
        tool(result('a', half)),
        assistant(call('b'), call('c'), call('d')),
        tool(
          { type: 'tool-result', toolCallId: 'b', toolName: 'work', output: { type: 'json', value: { a: [half] } } },
          { type: 'tool-result', toolCallId: 'c', toolName: 'work', output: { type: 'error-text', value: half } },
          {
            type: 'tool-result',
            toolCallId: 'd',
            toolName: 'work',
            output: { type: 'content', value: [{ type: 'text', text: half }] },
          },
        ),
      ),
    ).toEqual([
      system(whole),
      user(whole),
      assistant({ type: 'reasoning', text: whole }, text(whole), call('a', 'work', { [whole]: [whole] })),
      tool(result('a', whole)),
      assistant(call('b'), call('c'), call('d')),
      tool(
        { type: 'tool-result', toolCallId: 'b', toolName: 'work', output: { type: 'json', value: { a: [whole] } } },
        { type: 'tool-result', toolCallId: 'c', toolName: 'work', output: { type: 'error-text', value: whole } },
        {
          type: 'tool-result',
          toolCallId: 'd',
          toolName: 'work',
          output: { type: 'content', value: [{ type: 'text', text: whole }] },
        },
      ),
    ])
  })
})

describe('I4: calls of an old history', () => {
  test('I4: calls get ids that every provider accepts, the same for call and result, independent of the rest', () => {
    const odd = ['functions.clock:0', 'functions.clock:1', 'call|x', 'i'.repeat(64)]
    const history = mended(assistant(...odd.map((id) => call(id))), tool(...odd.map((id) => result(id, id))))
    const ids = callsIn(history[0]).map(({ toolCallId }) => toolCallId)
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{1,40}$/)
    expect(new Set(ids).size).toBe(odd.length)
    expect(resultsIn(history[1]).map(({ toolCallId }) => toolCallId)).toEqual(ids)
    expect(resultsIn(history[1]).map(({ output }) => output)).toEqual(odd.map((value) => ({ type: 'text', value })))
    odd.forEach((id, i) => {
      const [alone] = mended(assistant(call(id)), tool(result(id)))
      expect(callsIn(alone)[0]?.toolCallId).toBe(ids[i])
    })
  })

  test('I4: calls get names that every provider accepts', () => {
    expect(
      mended(assistant(call('a', 'admin.tools.list'), call('b', '')), tool(result('a', 'ok', 'admin.tools.list'))),
    ).toMatchObject([
      { content: [{ toolName: 'admin_tools_list' }, { toolName: 'unnamed' }] },
      { content: [{ toolName: 'admin_tools_list' }, { toolName: 'unnamed' }] },
    ])
  })

  test.each<[string, unknown, unknown]>([
    ['a list', [1, 2], {}],
    ['text that was cut off', '{"a":1', {}],
    ['text of an object', '{"a":1}', { a: 1 }],
    ['nothing', undefined, {}],
    ['null', null, {}],
    ['a number', 7, {}],
    ['a date among the values', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
    ['a function', { f: () => 1 }, {}],
  ])('I4: the input of a call is an object if it was %s', (_, given, expected) => {
    const [first] = mended(assistant(call('a', 'work', given)), tool(result('a')))
    expect(callsIn(first)[0]?.input).toEqual(expected)
  })

  test('bad input 29: an input, or a result, that is too deep to be written does not stop the next request', () => {
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i++) deep = [deep]
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    const history = mended(
      assistant(call('a', 'work', { deep }), call('b', 'work', cycle)),
      tool(
        { type: 'tool-result', toolCallId: 'a', toolName: 'work', output: { type: 'json', value: deep as never } },
        { type: 'tool-result', toolCallId: 'b', toolName: 'work', output: undefined as never },
      ),
    )
    expect(callsIn(history[0]).map(({ input }) => input)).toEqual([{}, {}])
    for (const { output } of resultsIn(history[1]))
      expect(output).toMatchObject({ type: 'error-json', value: { error: { code: 'unserializable_result' } } })
  })
})

describe("I4: the provider's own calls in an old history", () => {
  test("I4: the provider's own calls without a result are left out of a conversation that has moved on", () => {
    expect(mended(user('u'), assistant(text('t'), providerCall('p')), user('and?'))).toEqual([
      user('u'),
      assistant(text('t')),
      user('and?'),
    ])
    expect(mended(user('u'), assistant(providerCall('p')), user('and?'))).toEqual([user('u'), user('and?')])
    expect(mended(assistant(providerCall('p'), call('a')), tool(result('a')), assistant(text('t')))).toEqual([
      assistant(call('a')),
      tool(result('a')),
      assistant(text('t')),
    ])
  })

  test("I4: the provider's own calls stay if the provider may continue them, or has answered later", () => {
    const paused = [user('u'), assistant(text('t'), providerCall('p'))]
    expect(mended(...paused)).toEqual(paused)
    const beside = [assistant(providerCall('p'), call('a')), tool(result('a'))]
    expect(mended(...beside)).toEqual(beside)
    const later = [...beside, assistant(result('p', 'ok', 'web_search'), text('t')), user('u')]
    expect(mended(...later)).toEqual(later)
  })

  test("I4: a provider's result without a call before it is left out, and so is a repeated one", () => {
    const found = result('p', 'ok', 'web_search')
    expect(mended(assistant(found, text('t')), user('u'))).toEqual([assistant(text('t')), user('u')])
    expect(mended(assistant(providerCall('p'), found, found, text('t')))).toEqual([
      assistant(providerCall('p'), found, text('t')),
    ])
    const turn = assistant(providerCall('p'), found, text('t'))
    expect(mended(turn, user('u'), turn)).toEqual([turn, user('u'), assistant(text('t'))])
  })

  test('I4: reasoning that becomes the end of a message is left out with them', () => {
    const thought = { type: 'reasoning', text: 'hm' } as const
    expect(mended(assistant(text('t'), thought, providerCall('p')), user('u'))).toEqual([
      assistant(text('t')),
      user('u'),
    ])
    const goesOn = [assistant(thought), assistant(text('t'))]
    expect(mended(...goesOn)).toEqual(goesOn)
  })
})
