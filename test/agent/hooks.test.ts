import { describe, expect, test } from 'vitest'
import { bench, takesTime } from './harness.ts'
import { historyFaults } from './history-faults.ts'
import { assistant, call, result, system, text, tool, user } from './messages.ts'

const never = new Promise<never>(() => {})

describe('prepareTurn', () => {
  test('prepareTurn gets the turn, the history so far and the signal, before each turn', async () => {
    const { agent, model, tool: make, end } = bench()
    const seen: unknown[] = []
    const talks = model([{ calls: [{ name: 'work' }] }, { text: 'ok' }])
    const prepareTurn = ({
      turn,
      messages,
      signal,
    }: {
      turn: number
      messages: readonly unknown[]
      signal: AbortSignal
    }): undefined => {
      seen.push([turn, messages.length, signal.aborted, talks.calls.length])
    }
    await end(agent({ model: talks, tools: [make('work')], instructions: 'i', prepareTurn }).run('x'))
    expect(seen).toEqual([
      [0, 1, false, 0],
      [1, 3, false, 1],
    ])
  })

  test('settings of prepareTurn apply to one turn, over those of the agent', async () => {
    const { agent, model, tool: make, end } = bench()
    const talks = model([{ calls: [{ name: 'work' }] }, { text: 'ok' }])
    const ended = await end(
      agent({
        model: talks,
        tools: [make('work')],
        temperature: 1,
        maxOutputTokens: 5,
        prepareTurn: async ({ turn }) =>
          turn === 0 ? { temperature: 0, toolChoice: { type: 'required' } } : undefined,
      }).run('x'),
    )
    expect(ended.status).toBe('done')
    expect(
      talks.calls.map(({ temperature, toolChoice, maxOutputTokens }) => [temperature, toolChoice, maxOutputTokens]),
    ).toEqual([
      [0, { type: 'required' }, 5],
      [1, undefined, 5],
    ])
  })

  test('prepareTurn may choose another model for a turn', async () => {
    const { agent, model, tool: make, end } = bench()
    const cheap = model([{ calls: [{ name: 'work' }] }])
    const good = model([{ text: 'ok' }])
    const ended = await end(
      agent({
        model: good,
        tools: [make('work')],
        prepareTurn: ({ turn }) => (turn === 0 ? { model: cheap } : {}),
      }).run('x'),
    )
    expect(ended).toMatchObject({ status: 'done', text: 'ok' })
    expect([cheap.calls.length, good.calls.length]).toEqual([1, 1])
  })

  test('messages of prepareTurn are shown to the model; the history does not change', async () => {
    const { agent, model, tool: make, end } = bench()
    const talks = model([{ calls: [{ name: 'work' }] }, { text: 'ok' }])
    const summary = [user('In short: x.')]
    const ended = await end(
      agent({ model: talks, tools: [make('work')], instructions: 'i', prepareTurn: () => ({ messages: summary }) }).run(
        'x',
      ),
    )
    expect(talks.calls.map(({ prompt }) => prompt)).toEqual([
      [system('i'), ...summary],
      [system('i'), ...summary],
    ])
    expect(ended.messages).toHaveLength(4)
    expect(ended.messages[0]).toEqual(user('x'))
  })

  test('I4: messages of prepareTurn that separate a call from its result are repaired before the request', async () => {
    const { agent, model, end } = bench()
    const talks = model([{ text: 'ok' }])
    const history = [
      user('u'),
      assistant(call('a')),
      tool(result('a')),
      user('v'),
      assistant(call('b')),
      tool(result('b')),
      user('w'),
    ]
    await end(
      agent({ model: talks, prepareTurn: ({ messages }) => ({ messages: messages.slice(2) }) }).run({
        messages: history,
      }),
    )
    expect(talks.calls[0]?.prompt).toEqual(history.slice(3))
  })

  test('activeTools are offered in the order of all tools; a call of another tool does not run, and its result says so', async () => {
    for (const eager of ['all', 'off'] as const) {
      const { agent, model, tool: make, starts, end } = bench()
      const talks = model([{ calls: [{ name: 'b' }, { name: 'a' }, { name: 'missing' }] }, { text: 'ok' }])
      const tools = [make('c'), make('b'), make('a')]
      const ended = await end(
        agent({
          model: talks,
          tools,
          eager,
          prepareTurn: ({ turn }) => (turn === 0 ? { activeTools: ['c', 'a'] } : {}),
        }).run('x'),
      )
      expect(talks.calls.map((asked) => asked.tools?.map(({ name }) => name))).toEqual([
        ['a', 'c'],
        ['a', 'b', 'c'],
      ])
      expect(starts.map(({ name }) => name)).toEqual(['a'])
      expect(ended.calls).toMatchObject({ total: 3, succeeded: 1, failed: 2 })
      expect(ended.messages[2]).toMatchObject({
        content: [
          { output: { value: { error: { message: "The tool 'b' is not offered in this turn; nothing was run." } } } },
          { output: { type: 'text' } },
          { output: { value: { error: { code: 'unknown_tool' } } } },
        ],
      })
      expect(historyFaults(ended.messages)).toEqual([])
    }
  })

  test('an empty activeTools offers no tools', async () => {
    const { agent, model, tool: make, end } = bench()
    const talks = model([{ text: 'ok' }])
    await end(agent({ model: talks, tools: [make('a')], prepareTurn: () => ({ activeTools: [] }) }).run('x'))
    expect(talks.calls[0]).not.toHaveProperty('tools')
  })

  test.each<[string, unknown, string]>([
    [
      'a throw',
      () => {
        throw new Error('no summary')
      },
      'prepareTurn failed: no summary',
    ],
    ['a rejection', () => Promise.reject(new Error('no summary')), 'prepareTurn failed: no summary'],
    [
      'an older model',
      () => ({ model: { specificationVersion: 'v2' } }),
      'prepareTurn failed: prepareTurn().model: expected a LanguageModelV4',
    ],
    [
      'a value that is not messages',
      () => ({ messages: 'all' }),
      'prepareTurn failed: prepareTurn().messages: expected an array of messages',
    ],
    [
      'a message of another form',
      () => ({ messages: [{ role: 'user', content: 'hi' }] }),
      'prepareTurn failed: prepareTurn().messages[0].content: expected',
    ],
    [
      'an unknown tool',
      () => ({ activeTools: ['serch'] }),
      'prepareTurn failed: prepareTurn().activeTools: expected names of the agent\'s tools, got "serch"',
    ],
    [
      'active tools that are not an array',
      () => ({ activeTools: 'a' }),
      'prepareTurn failed: prepareTurn().activeTools: expected an array of names',
    ],
  ])('%s in prepareTurn ends the run as failed', async (_, prepareTurn, message) => {
    const { agent, model, tool: make, end } = bench()
    const talks = model([{ calls: [{ name: 'a' }] }])
    const hook = prepareTurn as () => undefined
    const ended = await end(
      agent({ model: talks, tools: [make('a')], prepareTurn: ({ turn }) => (turn === 1 ? hook() : undefined) }).run(
        'x',
      ),
    )
    expect(ended).toMatchObject({ status: 'failed', iterations: 1, error: { code: 'hook_failed' } })
    expect(ended.error?.message).toContain(message)
    expect(ended.error?.cause).toBeInstanceOf(Error)
    expect(ended.messages).toHaveLength(3)
    expect(historyFaults(ended.messages)).toEqual([])
  })

  test.each<[unknown, string]>([
    [undefined, 'prepareTurn failed: no reason was given (undefined)'],
    [null, 'prepareTurn failed: no reason was given (null)'],
    ['plain words', 'prepareTurn failed: plain words'],
    [7, 'prepareTurn failed: no reason was given'],
    [{ message: 'an object' }, 'prepareTurn failed: an object'],
    [new Error(''), 'prepareTurn failed: no reason was given'],
    [
      {
        get message() {
          throw new Error('x')
        },
      },
      'prepareTurn failed: the thrown value cannot be read',
    ],
  ])('I7: any value thrown by prepareTurn ends the run as failed: %#', async (thrown, message) => {
    const { agent, model, end } = bench()
    const ended = await end(
      agent({
        model: model([]),
        prepareTurn: () => {
          throw thrown
        },
      }).run('x'),
    )
    expect(ended.error).toMatchObject({ code: 'hook_failed', message })
    expect(ended.error?.cause).toBe(thrown)
  })
})

describe('stopWhen', () => {
  test('stopWhen gets the turn with its results, after each turn with calls, and ends the run as done', async () => {
    const { agent, model, tool: make, end } = bench()
    const seen: unknown[] = []
    const talks = model((_, turn) => ({ text: `t${turn}`, calls: [{ name: 'work' }, { name: 'missing' }] }))
    const ended = await end(
      agent({
        model: talks,
        tools: [make('work')],
        stopWhen: async ({ turn, text: said, results, messages, signal }) => {
          seen.push([turn, said, results.map(({ status }) => status), messages.length, signal.aborted])
          return turn === 1
        },
      }).run('x'),
    )
    expect(seen).toEqual([
      [0, 't0', ['succeeded', 'invalid'], 3, false],
      [1, 't1', ['succeeded', 'invalid'], 5, false],
    ])
    expect(ended).toMatchObject({ status: 'done', iterations: 2, text: 't1' })
    expect(ended.messages.at(-1)?.role).toBe('tool')
  })

  test('stopWhen is not called for the final answer', async () => {
    const { agent, model, end } = bench()
    const stopWhen = (): never => {
      throw new Error('asked')
    }
    expect((await end(agent({ model: model([{ text: 'ok' }]), stopWhen }).run('x'))).status).toBe('done')
  })

  test('a throw in stopWhen ends the run as failed, with the results in its history', async () => {
    const { agent, model, tool: make, end } = bench()
    const ended = await end(
      agent({
        model: model([{ calls: [{ name: 'work' }] }]),
        tools: [make('work')],
        stopWhen: () => Promise.reject(new Error('cannot say')),
      }).run('x'),
    )
    expect(ended).toMatchObject({
      status: 'failed',
      error: { code: 'hook_failed', message: 'stopWhen failed: cannot say' },
    })
    expect(ended.messages.at(-1)?.role).toBe('tool')
    expect(historyFaults(ended.messages)).toEqual([])
  })
})

describe('I13: hooks after an abort', () => {
  test.each(['prepareTurn', 'stopWhen'] as const)(
    'I13: after an abort the run does not wait for %s that never answers',
    async (name) => {
      const { agent, model, tool: make, clock, end } = bench()
      const hooks = { [name]: () => never }
      const run = agent({
        model: model([{ calls: [{ name: 'work' }] }]),
        tools: [make('work', takesTime(clock))],
        ...hooks,
      }).run('x')
      clock.setTimer(() => run.abort(), 500)
      expect(await end(run)).toMatchObject({ status: 'aborted', wallMs: 500 })
      expect(clock.pending).toBe(0)
    },
  )

  test.each(['prepareTurn', 'stopWhen'] as const)(
    'I13: after an abort the run ignores %s that fails because of the abort',
    async (name) => {
      const { agent, model, tool: make, clock, end } = bench()
      const hooks = {
        [name]: ({ signal }: { signal: AbortSignal }) => clock.sleep(1_000, { signal }).then(() => undefined),
      }
      const run = agent({ model: model([{ calls: [{ name: 'work' }] }]), tools: [make('work')], ...hooks }).run('x')
      clock.setTimer(() => run.abort(new Error('enough')), 500)
      const ended = await end(run)
      expect(ended).toMatchObject({ status: 'aborted', wallMs: 500 })
      expect(ended).not.toHaveProperty('error')
    },
  )

  test.each(['prepareTurn', 'stopWhen'] as const)('I13: %s may abort the run itself', async (name) => {
    const { agent, model, tool: make, end } = bench()
    const controller = new AbortController()
    const hooks = { [name]: () => controller.abort() }
    const talks = model([{ calls: [{ name: 'work' }] }, { text: 'ok' }])
    const ended = await end(
      agent({ model: talks, tools: [make('work')], ...hooks }).run('x', { signal: controller.signal }),
    )
    expect(ended.status).toBe('aborted')
    expect(talks.calls).toHaveLength(name === 'prepareTurn' ? 0 : 1)
    expect(ended.messages.at(-1)).not.toEqual(assistant(text('ok')))
  })
})
